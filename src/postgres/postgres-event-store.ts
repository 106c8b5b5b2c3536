import type { DataSource, EntityManager } from 'typeorm';
import type {
  Backlog,
  BacklogRequest,
  EventPage,
  FewEvents,
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
import type { Witness } from '../events/witness';
import { StatementNames } from '../database/statement-names';
import { AppendNotifier } from './append-notifier';
import { AppendQueue } from './append-queue';
import { Appender } from './appender';
import { transactionOf } from './caller-manager';
import { CallerScope } from './caller-scope';
import { findEventsTable } from './events-table';
import { HeadTimes } from './head-times';
import { MissingConstraintError } from './missing-constraint.error';
import { onceCommitted } from './once-committed';
import { OwnContext } from './own-context';
import { OwnScope } from './own-scope';
import { PageReader } from './page-reader';
import { prepareAppend, type PreparedAppend } from './prepared-append';
import { checkAppend, checkReadAll, checkReadStream } from './store-arguments.check';
import { lastOfTypesSql, lastSql } from './sql/read.sql';
import { TableReader } from './table-reader';
import { TransactionPageReader } from './transaction-page-reader';

export const EVENTS_TABLE = 'events';

/** How far behind a position `readCommitted` looks, as its caller may keep appends waiting. */
const COMMITTED_SPAN = 200_000n;

const READ_ALL_BYTES = 64 * 1024 * 1024;

/** How many events `settledThrough` looks at, for the same reason. */
const SETTLED_COUNTED = 10_000;

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
  private readonly participants: AppendParticipant[] = [];
  private readonly notifier: AppendNotifier;
  private readonly appender: Appender;
  private readonly pages: PageReader;
  private readonly reader: TableReader;
  private readonly context = new OwnContext();
  private readonly names: StatementNames;
  private readonly ownScope: OwnScope;
  private readonly queue = new AppendQueue();
  /** Set while the table lacks what keeps appends apart. */
  private unsafe: MissingConstraintError | undefined;
  private leaveToLoops: (projections: readonly string[]) => Promise<void> = () => Promise.resolve();
  private findParticipants = (): void => undefined;

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
    this.reader = new TableReader(dataSource, {
      findTable: () => findEventsTable(dataSource, events),
      listen: options.listen,
      headTimes: new HeadTimes(dataSource, options.headTimes),
      looked: (error) => (this.unsafe = error instanceof MissingConstraintError ? error : undefined),
    });
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

  head(few?: FewEvents): Promise<Head> {
    return this.reader.head(few);
  }

  readPage(request: PageRequest): Promise<EventPage> {
    return this.reader.readPage(request);
  }

  async settledThrough(
    manager: EntityManager,
    settled: bigint,
    types: readonly string[] | undefined,
  ): Promise<bigint | undefined> {
    const [row] = await manager.query<[{ last: string; whole: boolean }]>(lastOfTypesSql(this.events), [
      settled,
      types ?? null,
      SETTLED_COUNTED,
    ]);
    return row.whole ? BigInt(row.last) : undefined;
  }

  async readCommitted(
    manager: EntityManager,
    { after, types, limit, maxBytes }: Omit<PageRequest, 'upTo'>,
  ): Promise<EventPage | undefined> {
    // Nothing is to be asked over another connection meanwhile.
    const { seen } = this.reader;
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

  backlog(request: BacklogRequest): Promise<Backlog> {
    return this.reader.backlog(request);
  }

  positionBefore(date: Date): Promise<bigint | undefined> {
    return this.reader.positionBefore(date);
  }

  onHint(listener: () => void): () => void {
    return this.reader.onHint(listener);
  }

  open(settledAtLeast: bigint): Promise<void> {
    return this.reader.open(settledAtLeast);
  }

  async close(): Promise<void> {
    await Promise.all([this.reader.close(), this.notifier.idle()]);
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
    this.reader.hint();
    this.notifier.committed();
  }
}
