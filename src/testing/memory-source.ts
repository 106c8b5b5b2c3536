import { randomUUID } from 'node:crypto';
import type { EventMetadata } from '../events/event-metadata';
import {
  type Backlog,
  type BacklogRequest,
  type EventPage,
  EventSource,
  type FewEvents,
  type Head,
  type PageRequest,
} from '../events/event-source';
import { freezeEvent } from '../events/frozen-event';
import type { RecordedEvent } from '../events/recorded-event';
import { StoreChangedError } from '../events/store-state.errors';

/** An append that has its position, and is neither committed nor rolled back. */
export interface OpenAppend {
  readonly position: bigint;
  commit(): void;
  rollback(): void;
}

/**
 * A source in the memory of this process, for tests: projections read it as any other.
 *
 * @example
 * ```ts
 * const shop = memorySource();
 * ProjectionModule.forRoot({ sources: { shop } });
 * await projections.waitFor('shipments', shop.append('order-1', 'OrderShipped', { parcels: 2 }));
 * ```
 *
 * @publicApi
 */
export function memorySource(): MemorySource {
  return new MemorySource();
}

/**
 * A source in memory: see `memorySource`.
 *
 * @publicApi
 */
export class MemorySource extends EventSource {
  private readonly listeners = new Set<() => void>();
  private readonly pending = new Map<bigint, Date>();
  private events: RecordedEvent[] = [];
  private drawn = 0n;
  private lives = 1;
  /** Where the look before found the head. */
  private seen = 0n;

  /**
   * Appends an event, which is settled unless an append before it is open.
   *
   * @returns the position of the event
   */
  append(streamId: string, type: string, data: unknown, metadata: EventMetadata = {}): bigint {
    const append = this.begin(streamId, type, data, metadata);
    append.commit();
    return append.position;
  }

  /** Draws a position, and holds back what comes behind it until the append is committed or rolled back. */
  begin(streamId: string, type: string, data: unknown, metadata: EventMetadata = {}): OpenAppend {
    const position = ++this.drawn;
    const recordedAt = new Date();
    const { lives } = this;
    this.pending.set(position, recordedAt);
    const end = (commit: () => void) => {
      if (this.lives !== lives || !this.pending.delete(position)) return;
      commit();
      for (const listener of this.listeners) listener();
    };
    const add = () => {
      const version = 1 + this.events.filter((event) => event.streamId === streamId).length;
      const written = JSON.parse(JSON.stringify({ data, metadata })) as Pick<
        RecordedEvent,
        'data' | 'metadata'
      >;
      const event = { id: randomUUID(), streamId, type, version, globalPosition: position, recordedAt };
      this.events.push(freezeEvent({ ...event, ...written }));
      this.events.sort((a, b) => (a.globalPosition < b.globalPosition ? -1 : 1));
    };
    return { position, commit: () => end(add), rollback: () => end(() => undefined) };
  }

  /** Removes all events, as a store that is restored from nothing: positions are drawn again. */
  clear(): void {
    this.events = [];
    this.pending.clear();
    this.drawn = 0n;
    this.seen = 0n;
    this.lives++;
  }

  async head(few?: FewEvents): Promise<Head> {
    const [[first, since] = [this.drawn + 1n, undefined]] = this.pending;
    const [after, settled] = [this.seen, first - 1n];
    this.seen = settled;
    const brought = few && (await this.readPage({ after, upTo: settled, types: undefined, ...few }));
    return {
      settled,
      pending: this.pending.size > 0,
      pendingSince: since,
      last: this.drawn,
      incarnation: String(this.lives),
      numbering: this.lives,
      brought: brought && { ...brought, after },
    };
  }

  async readPage({ after, upTo, types, limit, maxBytes, incarnation }: PageRequest): Promise<EventPage> {
    if (incarnation !== undefined && incarnation !== String(this.lives))
      throw new StoreChangedError('it was cleared');
    const events: RecordedEvent[] = [];
    let bytes = 0;
    const wanted = this.within(after, upTo, types);
    for (const event of wanted) {
      if (events.length === limit || bytes >= maxBytes) break;
      events.push(event);
      bytes += JSON.stringify([event.data, event.metadata]).length;
    }
    const through = events.length < wanted.length ? events.at(-1)!.globalPosition : upTo;
    const last = this.within(after, through, undefined).at(-1);
    const witness = last ? { position: last.globalPosition, id: last.id, through } : null;
    return { events, through, bytes, witness };
  }

  async backlog({ after, upTo, types }: BacklogRequest): Promise<Backlog> {
    const waiting = this.within(after, upTo, types);
    const oldest = Math.min(...waiting.map(({ recordedAt }) => recordedAt.getTime()));
    return {
      events: waiting.length,
      seconds: waiting.length === 0 ? 0 : Math.max(0, Date.now() - oldest) / 1000,
    };
  }

  async positionBefore(date: Date): Promise<bigint | undefined> {
    if (date.getTime() > Date.now()) return undefined;
    const { settled } = await this.head();
    const found = this.within(0n, settled, undefined).find(({ recordedAt }) => recordedAt >= date);
    return found ? found.globalPosition - 1n : settled;
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}

  private within(after: bigint, upTo: bigint, types: readonly string[] | undefined): RecordedEvent[] {
    return this.events.filter(
      ({ globalPosition: at, type }) => at > after && at <= upTo && (!types || types.includes(type)),
    );
  }
}
