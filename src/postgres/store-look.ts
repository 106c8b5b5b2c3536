import type { DataSource } from 'typeorm';
import { AS_WRITTEN } from '../database/as-written';
import { poolOf } from '../database/client-config';
import { sqlStateOf } from '../database/sql-state';
import { StatementNames } from '../database/statement-names';
import { timed } from '../database/timed-query';
import type { BroughtPage, FewEvents } from '../events/event-source';
import type { RecordedEvent } from '../events/recorded-event';
import {
  RowSecurityError,
  SequenceNotReadableError,
  ServerInRecoveryError,
} from '../events/store-state.errors';
import { witnessOf } from '../events/witness';
import { bytesOf, eventsOf, type PageColumnTexts } from './page-columns';
import type { Newest, SeenStore } from './seen-store';
import type { EventsTable } from './sql/events-table.sql';
import { lookSql } from './sql/settled-head.sql';

/** How many positions one look may walk over in search of the first hole. */
export const STRIDE = 10_000;

/** The name or the table that a statement was made for is gone. */
const UNDEFINED = new Set<unknown>(['42P01', '42703']);

/** Looks for the table of the events and the sequence of its positions, and throws where they are not safe to read by. */
export type FindTable = () => Promise<EventsTable>;

/** What one statement, hence one snapshot, saw of the store. */
export interface Look {
  readonly server: string;
  readonly relation: string;
  /** Of the sequence. */
  readonly file: string;
  readonly last: bigint;
  readonly contiguous: bigint;
  readonly witness: Newest | undefined;
  /** Whether the witness of the last look is still at its position; `undefined` where no event is. */
  readonly witnessed: boolean | undefined;
  /** Whether events are in the gap of the last look. */
  readonly filled: boolean;
  /** The events behind what was settled, up to where the first is missing, where it was to bring some. */
  readonly brought: BroughtPage | undefined;
}

type LookRow = [
  server: string,
  recovering: 't' | 'f',
  relation: string,
  file: string,
  hidden: 't' | 'f',
  last: string | null,
  newest: string | null,
  id: string | null,
  ordered: 't' | 'f' | null,
  witnessed: 't' | 'f' | null,
  filled: 't' | 'f',
  contiguous: string,
  ...few: PageColumnTexts,
];

/** Looks at the table and its sequence. */
export class StoreLook {
  private readonly names: StatementNames;

  /** @param current as it was found at the start */
  constructor(
    private readonly dataSource: DataSource,
    private readonly findTable: FindTable,
    private current: EventsTable,
  ) {
    this.names = new StatementNames(dataSource);
  }

  get table(): EventsTable {
    return this.current;
  }

  /** Finds the table anew, which may have another sequence. */
  async find(): Promise<void> {
    this.current = await this.findTable();
  }

  /**
   * @param settled the head so far
   * @param seen the store as the look before saw it
   * @throws ServerInRecoveryError, RowSecurityError, SequenceNotReadableError
   */
  async look(settled: bigint, seen: SeenStore | undefined, few: FewEvents | undefined): Promise<Look> {
    try {
      return await this.ask(settled, seen, few);
    } catch (error) {
      if (UNDEFINED.has(sqlStateOf(error))) await this.find();
      // It may be the events that cannot be read, which whoever reads their page will meet.
      else if (!few || sqlStateOf(error) === undefined) throw error;
      return this.ask(settled, seen, undefined);
    }
  }

  private async ask(
    settled: bigint,
    { witness: known, gap }: Partial<SeenStore> = {},
    few: FewEvents | undefined,
  ): Promise<Look> {
    const { table } = this;
    const query = timed({
      text: lookSql(table, STRIDE, few),
      values: [settled, known?.position ?? null, known?.id ?? null, gap?.after ?? null, gap?.through ?? null],
      rowMode: 'array',
      types: AS_WRITTEN,
    });
    const { rows } = await this.names.sendAlone<LookRow>(poolOf(this.dataSource), query);
    const [
      server,
      recovering,
      relation,
      file,
      hidden,
      lastText,
      newest,
      id,
      ordered,
      witnessed,
      filled,
      contiguous,
      ...columns
    ] = rows[0]!;
    // It says what is wrong. Positions that were drawn meanwhile are no order to go by.
    if (ordered === 'f') await this.findTable();
    if (recovering === 't') throw new ServerInRecoveryError();
    if (hidden === 't') throw new RowSecurityError(table.events, table.role);
    if (lastText === null && newest !== null) throw new SequenceNotReadableError(table.sequence, table.role);
    const whole = BigInt(contiguous);
    return {
      server,
      relation,
      file,
      last: BigInt(lastText ?? 0),
      contiguous: whole,
      witness: newest === null ? undefined : { position: newest, id: id! },
      witnessed: witnessed === null ? undefined : witnessed === 't',
      filled: filled === 't',
      brought: few && broughtWithin(settled, whole, few, columns),
    };
  }
}

function broughtWithin(
  after: bigint,
  upTo: bigint,
  { limit }: FewEvents,
  columns: PageColumnTexts,
): BroughtPage | undefined {
  const found = readable(columns);
  const events = found.filter(({ globalPosition }) => globalPosition <= upTo);
  const newest = events.at(-1);
  if (!newest) return undefined;
  const through = events.length === limit ? newest.globalPosition : upTo;
  const bytes = (bytesOf(columns) * events.length) / found.length;
  return { after, events, through, bytes, witness: { ...witnessOf(newest)!, through } };
}

/** What is wrong with an event is for whoever reads its page to say. */
function readable(columns: PageColumnTexts): readonly RecordedEvent[] {
  try {
    return eventsOf(columns);
  } catch {
    return [];
  }
}
