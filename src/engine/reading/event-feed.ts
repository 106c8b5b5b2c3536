import type {
  BroughtPage,
  EventPage,
  EventSource,
  FewEvents,
  Head,
  PageRequest,
} from '../../events/event-source';
import { freezeEvent } from '../../events/frozen-event';
import type { RecordedEvent } from '../../events/recorded-event';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import { lastWitness, witnessOf } from '../../events/witness';
import type { ConnectionBudget } from '../../database/connection-budget';

/** How many bytes of payloads are kept for readers that come a little later. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** Readers this close together are served by one read of all they handle. */
const NEAR = 20_000n;

/** So many events come with a look at the head: more are read by pages, which take them in better. */
const FEW: FewEvents = { limit: 20, maxBytes: 64 * 1024 };
/** So many that came with looks are kept for readers that were busy meanwhile. */
const KEPT_EVENTS = 100;

/** A reader of the feed, and where it is. */
export interface FeedReader {
  readonly types: readonly string[] | undefined;
  readonly readingAt: bigint | undefined;
}

interface Block {
  readonly incarnation: string | undefined;
  readonly after: bigint;
  readonly types: ReadonlySet<string> | undefined;
  readonly page: Promise<EventPage>;
  done: EventPage | undefined;
}

/**
 * Reads the store once for all projections of the process that are about the same place: rows arrive once and each
 * payload is parsed once, however many handle it. Readers on their own read what they handle and nothing else.
 */
export class EventFeed {
  private readonly blocks: Block[] = [];
  /** What came with the last looks at the head. */
  private brought: Block | undefined;

  constructor(
    private readonly source: EventSource,
    private readonly budget: ConnectionBudget,
    private readonly readers: () => readonly FeedReader[],
  ) {}

  /** What to bring along with a look, where anybody reads at `head`. */
  wantAt(head: bigint): FewEvents | undefined {
    return this.readers().some(({ readingAt }) => readingAt === head) ? FEW : undefined;
  }

  /** Told of each look. */
  bring({ brought, incarnation, settled }: Head): void {
    if (!brought?.events.length || brought.through > settled || !isOrdered(brought)) return;
    const before = this.brought?.incarnation === incarnation ? this.brought?.done : undefined;
    const page = { ...brought, events: brought.events.map(freezeEvent) };
    const follows = before?.through === brought.after && before.events.length < KEPT_EVENTS;
    const done = follows ? joined(before, page) : page;
    const after = follows ? this.brought!.after : brought.after;
    this.brought = { incarnation, after, types: undefined, page: Promise.resolve(done), done };
  }

  /** Has what is tried again be read again, as somebody may have repaired it. */
  forget(): void {
    this.brought = undefined;
  }

  async readPage(request: PageRequest): Promise<EventPage> {
    const block = this.find(request) ?? this.fetch(request);
    try {
      return cut(await block.page, request, block.types);
    } catch (error) {
      if (!(error instanceof UnreadableEventError)) throw error;
      // The event may be one that only others asked for.
      return this.read(request);
    }
  }

  /** What a page would say of the last event of any type, of which nothing is read: it may be one that cannot be. */
  async peek(range: Pick<PageRequest, 'after' | 'upTo' | 'incarnation'>): Promise<EventPage> {
    const one = { limit: 1, maxBytes: 1 };
    const page = await this.read({ ...range, ...one, types: [] });
    if (page.witness !== undefined) return page;
    const { events, through, bytes } = await this.read({ ...range, ...one, types: undefined });
    return { events: [], through, bytes, witness: witnessOf(events[0]) ?? null };
  }

  private find({ after, types, incarnation }: PageRequest): Block | undefined {
    const blocks = this.brought ? [this.brought, ...this.blocks] : this.blocks;
    return blocks.find(
      (block) =>
        block.incarnation === incarnation &&
        covers(block.types, types) &&
        (block.done ? block.after <= after && after < block.done.through : block.after === after),
    );
  }

  private fetch(request: PageRequest): Block {
    const types = this.typesNear(request);
    const page = this.read({ ...request, types });
    const { after, incarnation } = request;
    const block: Block = { incarnation, after, types: types && new Set(types), page, done: undefined };
    page.then(
      (done) => (block.done = done),
      () => this.drop(block),
    );
    // Nobody else is near: keeping it would only hold memory.
    if (this.near(request).length > 1) this.keep(block);
    return block;
  }

  /** A source of somebody's own may leave its events open to changes. */
  private async read(request: PageRequest): Promise<EventPage> {
    const page = await this.budget.use(() => this.source.readPage(request));
    return { ...page, events: page.events.map(freezeEvent) };
  }

  private keep(block: Block): void {
    this.blocks.unshift(block);
    let bytes = 0;
    const end = this.blocks.findIndex(({ done }) => (bytes += done?.bytes ?? 0) > KEPT_BYTES);
    if (end > 0) this.blocks.length = end;
  }

  private drop(block: Block): void {
    const at = this.blocks.indexOf(block);
    if (at >= 0) this.blocks.splice(at, 1);
  }

  private near({ after }: PageRequest): FeedReader[] {
    return this.readers().filter(
      ({ readingAt }) => readingAt !== undefined && readingAt >= after - NEAR && readingAt <= after + NEAR,
    );
  }

  private typesNear(request: PageRequest): readonly string[] | undefined {
    if (!request.types) return undefined;
    const wanted = new Set(request.types);
    for (const { types } of this.near(request)) {
      if (!types) return undefined;
      for (const type of types) wanted.add(type);
    }
    return [...wanted];
  }
}

/** A source of somebody's own may bring what is no page. */
function isOrdered({ after, events, through }: BroughtPage): boolean {
  const ends = [after, ...events.map(({ globalPosition }) => globalPosition), through + 1n];
  return ends.every((end, at) => at === 0 || ends[at - 1]! < end);
}

function joined(one: EventPage, next: EventPage): EventPage {
  return { ...next, events: [...one.events, ...next.events], bytes: one.bytes + next.bytes };
}

function covers(have: ReadonlySet<string> | undefined, want: readonly string[] | undefined): boolean {
  return !have || (want?.every((type) => have.has(type)) ?? false);
}

/** The part of a page that a reader asked for. */
function cut(
  page: EventPage,
  { after, types, limit, upTo }: PageRequest,
  read: ReadonlySet<string> | undefined,
): EventPage {
  const all = !types || read?.size === types.length;
  const wanted = all ? undefined : new Set(types);
  let { events }: { events: readonly RecordedEvent[] } = page;
  if (wanted || !liesWithin(events, after, upTo))
    events = events.filter(
      ({ globalPosition, type }) =>
        globalPosition > after && globalPosition <= upTo && (!wanted || wanted.has(type)),
    );
  const cutOff = events.length > limit;
  if (cutOff) events = events.slice(0, limit);
  const end = page.through < upTo ? page.through : upTo;
  const part = {
    events,
    through: cutOff ? events.at(-1)!.globalPosition : end,
    bytes: events.length === 0 ? 0 : (page.bytes * events.length) / page.events.length,
  };
  return { ...part, witness: witnessWithin(page, after, part) };
}

/** The last event of a part of a page, as far as the page tells. */
function witnessWithin(
  { witness }: EventPage,
  after: bigint,
  { events, through }: EventPage,
): EventPage['witness'] {
  if (!witness) return witness;
  return witness.position <= after ? null : lastWitness(through, witness, witnessOf(events.at(-1)));
}

function liesWithin(events: readonly RecordedEvent[], after: bigint, upTo: bigint): boolean {
  const [first, last] = [events[0], events.at(-1)];
  return !first || !last || (first.globalPosition > after && last.globalPosition <= upTo);
}
