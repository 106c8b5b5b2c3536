import type { DataSource } from 'typeorm';
import { clientConfigOf } from '../database/client-config';
import { timedQuery } from '../database/timed-query';
import type {
  Backlog,
  BacklogRequest,
  EventPage,
  FewEvents,
  Head,
  PageRequest,
} from '../events/event-source';
import { StoreChangedError, StoreNotReadableError } from '../events/store-state.errors';
import { NOTIFY_SQL } from './append-notifier';
import type { HeadTimes } from './head-times';
import { NotificationListener } from './notification-listener';
import { OwnContext } from './own-context';
import { PageReader } from './page-reader';
import type { SeenStore } from './seen-store';
import { SettledHead } from './settled-head';
import { SharedCall } from './shared-call';
import type { FindTable } from './store-look';
import { backlogSql, positionBeforeSql } from './sql/read.sql';
import { checkDate } from './store-arguments.check';

/** Beyond this many waiting events a backlog is an estimate. */
const BACKLOG_COUNTED = 10_000;

const BACKLOG_TIMEOUT_MS = 30_000;

export interface TableReaderOptions {
  readonly findTable: FindTable;
  /** Whether to wake up by LISTEN, too. */
  readonly listen: boolean;
  /** Where others than this module tell of appends. */
  readonly channel?: string | undefined;
  /** Where somebody notes when the table ended where. */
  readonly headTimes?: HeadTimes;
  /** Told of each look at the table, and of what was wrong with it. */
  readonly looked?: (error?: unknown) => void;
}

/** Reads events from a table, ours or somebody else's, and knows up to where none can come any more. */
export class TableReader {
  private readonly listeners = new Set<() => void>();
  private readonly context = new OwnContext();
  private readonly pages: PageReader;
  private readonly sharedHead = new SharedCall(() => this.findHead());
  private listener: NotificationListener | undefined;
  private tracker: SettledHead | undefined;
  /** What whoever asks for the next look wants brought. */
  private few: FewEvents | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: TableReaderOptions,
  ) {
    this.pages = new PageReader(dataSource);
  }

  /** What the last look at the table saw; `undefined` before the first. */
  get seen(): SeenStore | undefined {
    return this.tracker?.seen;
  }

  head(few?: FewEvents): Promise<Head> {
    this.few = few ?? this.few;
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

  async backlog({ after, upTo, types }: BacklogRequest): Promise<Backlog> {
    if (after >= upTo) return { events: 0, seconds: 0 };
    const { table } = await this.seenStore(undefined);
    const text = backlogSql(table, this.options.headTimes?.table);
    const values = [after, upTo, types ?? null, BACKLOG_COUNTED];
    const [row] = await timedQuery<Backlog>(this.dataSource, text, values, BACKLOG_TIMEOUT_MS);
    return row!;
  }

  async positionBefore(date: Date): Promise<bigint | undefined> {
    checkDate(date);
    const { settled } = await this.head();
    const { table } = await this.seenStore(undefined);
    const [row] = await this.dataSource.query<[{ position: string | null; isToCome: boolean }]>(
      positionBeforeSql(table),
      [date, settled],
    );
    if (row.isToCome) return undefined;
    return row.position === null ? settled : BigInt(row.position);
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells all who listen that new events may be there. */
  hint(): void {
    for (const listener of this.listeners) listener();
  }

  async open(settledAtLeast: bigint): Promise<void> {
    (await this.settledHead()).trust(settledAtLeast);
    if (!this.options.listen) return;
    this.listener ??= new NotificationListener(
      clientConfigOf(this.dataSource),
      () => this.hint(),
      (payload) => this.dataSource.query(NOTIFY_SQL, [payload]),
      this.options.channel,
    );
    this.listener.start();
  }

  async close(): Promise<void> {
    await this.listener?.stop();
    await this.options.headTimes?.idle();
  }

  private async findHead(): Promise<Head> {
    const { headTimes, looked } = this.options;
    const { few } = this;
    this.few = undefined;
    try {
      const head = await (await this.settledHead()).find(few);
      looked?.();
      headTimes?.note(head.settled);
      return head;
    } catch (error) {
      looked?.(error);
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
    const { findTable } = this.options;
    const table = await findTable();
    // Another call may have been here meanwhile.
    return (this.tracker ??= new SettledHead(this.dataSource, findTable, table));
  }
}
