import type { DataSource, EntityManager } from 'typeorm';
import type {
  Backlog,
  BacklogRequest,
  EventPage,
  Head,
  PageRequest,
  ReadAllOptions,
  ReadStreamOptions,
} from '../events/event-source';
import {
  type AppendOptions,
  type AppendParticipant,
  type AppendResult,
  EventStore,
} from '../events/event-store';
import type { NewEvent } from '../events/new-event';
import type { RecordedEvent } from '../events/recorded-event';
import { AppendNotifier, NOTIFY_SQL } from './append-notifier';
import { type Appended, Appender } from './appender';
import { clientConfigOf } from './client-config';
import { type EventRow, toRecordedEvent } from './event-row';
import { NotificationListener } from './notification-listener';
import { prepareAppend, type PreparedAppend } from './prepared-append';
import { SettledHead } from './settled-head';
import { SharedCall } from './shared-call';
import { backlogSql, readPageSql, readStreamSql } from './sql/read.sql';
import { SEQUENCE_SQL } from './sql/settled-head.sql';
import { UnsafeSequenceError } from './unsafe-sequence.error';

export const EVENTS_TABLE = 'events';

/** A page never looks further than this, so that rare types do not keep one statement running for minutes. */
const PAGE_SPAN = 200_000n;
/** Beyond this many waiting events a backlog is given as the distance to the head. */
const BACKLOG_COUNTED = 10_000;

export interface PostgresEventStoreOptions {
  readonly maxEventBytes: number;
  readonly listen: boolean;
}

/** The event store in a PostgreSQL table. */
export class PostgresEventStore extends EventStore {
  private readonly listeners = new Set<() => void>();
  private readonly participants: AppendParticipant[] = [];
  private readonly notifier: AppendNotifier;
  private readonly appender: Appender;
  private readonly sharedHead = new SharedCall(async () => (await this.settledHead()).find());
  private listener: NotificationListener | undefined;
  private tracker: SettledHead | undefined;

  /** @param events the qualified name of the events table */
  constructor(
    private readonly dataSource: DataSource,
    private readonly events: string,
    private readonly options: PostgresEventStoreOptions,
  ) {
    super();
    this.notifier = new AppendNotifier(dataSource);
    this.appender = new Appender(events);
  }

  async append(
    streamId: string,
    events: readonly NewEvent[],
    { expectedVersion = 'any', manager }: AppendOptions = {},
  ): Promise<AppendResult> {
    const append = prepareAppend(streamId, events, expectedVersion, this.options.maxEventBytes);
    if (manager) {
      const { result, events: written } = await this.appendInside(append, manager);
      if (written.length > 0) await this.notifier.inside(manager);
      return result;
    }
    const { result, events: written } = await this.appendAlone(append);
    if (written.length > 0) {
      this.hint();
      this.notifier.committed();
    }
    return result;
  }

  addParticipant(participant: AppendParticipant): void {
    this.participants.push(participant);
  }

  async readStream(
    streamId: string,
    { fromVersion = 1, limit }: ReadStreamOptions = {},
  ): Promise<RecordedEvent[]> {
    const rows = await this.dataSource.query<EventRow[]>(readStreamSql(this.events), [
      streamId,
      fromVersion,
      limit ?? null,
    ]);
    return rows.map(toRecordedEvent);
  }

  async readAll({ after = 0n, limit = 1000, types }: ReadAllOptions = {}): Promise<RecordedEvent[]> {
    const { settled } = await this.head();
    return this.readRows({ after, upTo: settled, types, limit });
  }

  head(): Promise<Head> {
    return this.sharedHead.run();
  }

  async readPage(request: PageRequest): Promise<EventPage> {
    const span = request.after + PAGE_SPAN;
    const upTo = span < request.upTo ? span : request.upTo;
    const events = await this.readRows({ ...request, upTo });
    return { events, through: events.length < request.limit ? upTo : events.at(-1)!.globalPosition };
  }

  async backlog({ after, upTo, types }: BacklogRequest): Promise<Backlog> {
    if (after >= upTo) return { events: 0, seconds: 0 };
    const [row] = await this.dataSource.query<[Backlog]>(backlogSql(this.events), [
      after,
      upTo,
      types ?? null,
      BACKLOG_COUNTED,
    ]);
    return row.events < BACKLOG_COUNTED ? row : { ...row, events: Number(upTo - after) };
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async open(settledAtLeast: bigint): Promise<void> {
    (await this.settledHead()).trust(settledAtLeast);
    if (!this.options.listen) return;
    this.listener ??= new NotificationListener(
      clientConfigOf(this.dataSource),
      () => this.hint(),
      (payload) => this.dataSource.query(NOTIFY_SQL, [payload]),
    );
    this.listener.start();
  }

  async close(): Promise<void> {
    await this.listener?.stop();
    await this.notifier.idle();
  }

  private hint(): void {
    for (const listener of this.listeners) listener();
  }

  /** In a transaction of its own; a single statement is one already. */
  private appendAlone(append: PreparedAppend): Promise<Appended> {
    if (!this.hasParticipants(append))
      return this.appender.append(append, this.dataSource.manager, (work) => work());
    return this.dataSource.transaction((manager) => this.appendInside(append, manager));
  }

  private async appendInside(append: PreparedAppend, manager: EntityManager): Promise<Appended> {
    // A refused INSERT would end the caller's transaction: TypeORM turns a nested one into a savepoint.
    const appended = await this.appender.append(append, manager, (work) => manager.transaction(work));
    for (const participant of this.participants) {
      const wanted = appended.events.filter(({ type }) => participant.wants(type));
      if (wanted.length > 0) await participant.apply(wanted, manager);
    }
    return appended;
  }

  private hasParticipants({ types }: PreparedAppend): boolean {
    return this.participants.some((participant) => types.some((type) => participant.wants(type)));
  }

  private async readRows({ after, upTo, types, limit }: PageRequest): Promise<RecordedEvent[]> {
    if (after >= upTo) return [];
    const rows = await this.dataSource.query<EventRow[]>(readPageSql(this.events), [
      after,
      upTo,
      types ?? null,
      limit,
    ]);
    return rows.map(toRecordedEvent);
  }

  private async settledHead(): Promise<SettledHead> {
    if (this.tracker) return this.tracker;
    const [sequence] = await this.dataSource.query<{ name: string; cache: string }[]>(SEQUENCE_SQL, [
      this.events,
    ]);
    if (!sequence) throw new Error(`${this.events} has no identity column global_position`);
    if (sequence.cache !== '1') throw new UnsafeSequenceError(sequence.name, sequence.cache);
    return (this.tracker ??= new SettledHead(this.dataSource, this.events, sequence.name));
  }
}
