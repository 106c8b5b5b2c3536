import type { DataSource, EntityManager } from 'typeorm';
import type {
  Backlog,
  BacklogRequest,
  EventPage,
  Head,
  PageRequest,
} from '../events/event-source';
import {
  type AppendOptions,
  type AppendParticipant,
  type AppendResult,
  EventStore,
  type ReadAllOptions,
  type ReadStreamOptions,
} from '../events/event-store';
import type { NewEvent } from '../events/new-event';
import { plainEvent } from '../events/frozen-event';
import type { RecordedEvent } from '../events/recorded-event';
import { StoreChangedError, StoreNotReadableError } from '../events/store-state.errors';
import type { Witness } from '../events/witness';
import { timedQuery } from '../database/timed-query';
import { StatementNames } from '../database/statement-names';
import { AppendNotifier, NOTIFY_SQL } from './append-notifier';
import { AppendQueue } from './append-queue';
import { Appender } from './appender';
import { transactionOf } from './caller-manager';
import { CallerScope } from './caller-scope';
import { clientConfigOf } from '../database/client-config';
import { findEventsTable } from './events-table';
import { HeadTimes } from './head-times';
import { MissingConstraintError } from './missing-constraint.error';
import { NotificationListener } from './notification-listener';
import { onceCommitted } from './once-committed';
import { OwnContext } from './own-context';
import { OwnScope } from './own-scope';
import { PageReader } from './page-reader';
import { prepareAppend, type PreparedAppend } from './prepared-append';
import { type SeenStore, SettledHead } from './settled-head';
import { SharedCall } from './shared-call';
import { checkAppend, checkDate, checkReadAll, checkReadStream } from './store-arguments.check';
import { backlogSql, lastOfTypesSql, lastSql, positionBeforeSql } from './sql/read.sql';
import { TransactionPageReader } from './transaction-page-reader';

export const EVENTS_TABLE = 'events';

/** How far behind a position `readCommitted` looks, as its caller may keep appends waiting. */
const COMMITTED_SPAN = 200_000n;

const READ_ALL_BYTES = 64 * 1024 * 1024;

/** Beyond this many waiting events a backlog is an estimate. */
const BACKLOG_COUNTED = 10_000;

const BACKLOG_TIMEOUT_MS = 30_000;

export interface PostgresEventStoreOptions {
  readonly maxEventBytes: number;
  readonly listen: boolean;
  /** The qualified name of the table that says when the store ended where. */
  readonly headTimes: string;
  /** That of the table which says which inline projections appends keep current. */
  readonly inlineMarks: string;
}

/** The event store in a PostgreSQL table. */
export class PostgresEventStore extends EventStore {
  private readonly listeners = new Set<() => void>();
  private readonly participants: AppendParticipant[] = [];
  private readonly notifier: AppendNotifier;
  private readonly appender: Appender;
  private readonly pages: PageReader;
  private readonly headTimes: HeadTimes;
  private readonly context = new OwnContext();
  private readonly names: StatementNames;
  private readonly ownScope: OwnScope;
  private readonly queue = new AppendQueue();
  private readonly sharedHead = new SharedCall(() => this.findHead());
  /** Set while the table lacks what keeps appends apart. */
  private unsafe: MissingConstraintError | undefined;
  private leaveToLoops: (projections: readonly string[]) => Promise<void> = () => Promise.resolve();
  private findParticipants = (): void => undefined;
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
    this.appender = new Appender({ events, marks: options.inlineMarks }, (projections) =>
      this.leaveToLoops(projections),
    );
    this.names = new StatementNames(dataSource);
    this.ownScope = new OwnScope(dataSource, this.names);
    this.pages = new PageReader(dataSource);
    this.headTimes = new HeadTimes(dataSource, options.headTimes);
  }

  async append(
    streamId: string,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    checkAppend(options);
    this.findParticipants();
    if (this.unsafe) throw this.unsafe;
    const append = prepareAppend(streamId, events, options, this.options.maxEventBytes);
    const { manager } = options;
    if (manager) return this.appendWithin(append, manager);
    return this.context.run(() => this.appendAlone(append));
  }

  addParticipant(participant: AppendParticipant): void {
    this.participants.push(participant);
  }

  findParticipantsBy(find: () => void): void {
    this.findParticipants = find;
  }

  leaveToLoopsBy(leave: (projections: readonly string[]) => Promise<void>): void {
    this.leaveToLoops = leave;
  }

  async readStream(streamId: string, options: ReadStreamOptions = {}): Promise<RecordedEvent[]> {
    checkReadStream(streamId, options);
    const { fromVersion = 1, limit } = options;
    return this.pages.readStream(this.events, streamId, fromVersion, limit);
  }

  async readAll(options: ReadAllOptions = {}): Promise<RecordedEvent[]> {
    checkReadAll(options);
    const { after = 0n, limit = 1000, types } = options;
    const { settled } = await this.head();
    const events: RecordedEvent[] = [];
    let from = after;
    while (events.length < limit && from < settled) {
      const request = {
        after: from,
        upTo: settled,
        types,
        limit: limit - events.length,
        maxBytes: READ_ALL_BYTES,
      };
      const page = await this.readPage(request);
      events.push(...page.events.map(plainEvent));
      from = page.through;
    }
    return events;
  }

  head(): Promise<Head> {
    return this.context.run(() => this.sharedHead.run());
  }

  async readPage(request: PageRequest): Promise<EventPage> {
    try {
      return await this.pages.read(request, await this.seenStore(request.incarnation));
    } catch (error) {
      // What changed is found out by the next look.
      if (error instanceof StoreNotReadableError) this.hint();
      throw error;
    }
  }

  async settledThrough(
    manager: EntityManager,
    settled: bigint,
    types: readonly string[] | undefined,
  ): Promise<bigint | undefined> {
    const [row] = await manager.query<[{ last: string; whole: boolean }]>(lastOfTypesSql(this.events), [
      settled,
      types ?? null,
      BACKLOG_COUNTED,
    ]);
    return row.whole ? BigInt(row.last) : undefined;
  }

  async readCommitted(
    manager: EntityManager,
    { after, types, limit, maxBytes }: Omit<PageRequest, 'upTo'>,
  ): Promise<EventPage | undefined> {
    // Nothing is to be asked over another connection meanwhile.
    const seen = this.tracker?.seen;
    if (!seen) return undefined;
    const [{ last }] = await manager.query<[{ last: string }]>(lastSql(this.events));
    const upTo = BigInt(last);
    if (upTo - after > COMMITTED_SPAN) return undefined;
    const pages = new TransactionPageReader(this.dataSource, manager);
    const events: RecordedEvent[] = [];
    let through = after;
    let bytes = 0;
    let witness: Witness | undefined;
    while (through < upTo) {
      const request = { after: through, upTo, types, limit: limit + 1, maxBytes };
      const page = await pages.read(request, seen);
      events.push(...page.events);
      ({ through } = page);
      witness = page.witness ?? witness;
      bytes += page.bytes;
      if (events.length > limit || bytes > maxBytes) return undefined;
    }
    return { events, through, bytes, witness };
  }

  async backlog({ after, upTo, types }: BacklogRequest): Promise<Backlog> {
    if (after >= upTo) return { events: 0, seconds: 0 };
    const values = [after, upTo, types ?? null, BACKLOG_COUNTED];
    const [row] = await timedQuery<Backlog>(
      this.dataSource,
      backlogSql(this.events, this.options.headTimes),
      values,
      BACKLOG_TIMEOUT_MS,
    );
    return row!;
  }

  async positionBefore(date: Date): Promise<bigint | undefined> {
    checkDate(date);
    const { settled } = await this.head();
    const [row] = await this.dataSource.query<[{ position: string | null; isToCome: boolean }]>(
      positionBeforeSql(this.events),
      [date, settled],
    );
    if (row.isToCome) return undefined;
    return row.position === null ? settled : BigInt(row.position);
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
    await Promise.all([this.notifier.idle(), this.headTimes.idle()]);
  }

  private hint(): void {
    for (const listener of this.listeners) listener();
  }

  private async appendAlone(append: PreparedAppend): Promise<AppendResult> {
    const { result, written } = await this.appender.append(append, this.ownScope, this.participants);
    if (written) this.committed();
    return result;
  }

  private async appendWithin(append: PreparedAppend, manager: EntityManager): Promise<AppendResult> {
    const runner = transactionOf(manager, this.dataSource, append.streamId);
    return this.queue.run(runner, async () => {
      const scope = new CallerScope(manager, this.names);
      const { result, written } = await this.appender.append(append, scope, this.participants);
      if (written) onceCommitted(runner, () => this.context.run(() => this.committed()));
      return result;
    });
  }

  /** Wakes up whoever waits for events, here and elsewhere. */
  private committed(): void {
    this.hint();
    this.notifier.committed();
  }

  private async findHead(): Promise<Head> {
    try {
      const head = await (await this.settledHead()).find();
      this.unsafe = undefined;
      this.headTimes.note(head.settled);
      return head;
    } catch (error) {
      this.unsafe = error instanceof MissingConstraintError ? error : undefined;
      throw error;
    }
  }

  /** @throws StoreChangedError where the last look saw another incarnation than the one asked for */
  private async seenStore(incarnation: string | undefined): Promise<SeenStore> {
    const tracker = await this.settledHead();
    if (!tracker.seen) await this.head();
    const seen = tracker.seen!;
    if (incarnation !== undefined && incarnation !== seen.incarnation)
      throw new StoreChangedError('a look has found it to be another one');
    return seen;
  }

  private async settledHead(): Promise<SettledHead> {
    if (this.tracker) return this.tracker;
    const table = await findEventsTable(this.dataSource, this.events);
    // Another call may have been here meanwhile.
    return (this.tracker ??= new SettledHead(this.dataSource, table));
  }
}
