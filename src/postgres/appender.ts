import type { EntityManager } from 'typeorm';
import { EventIdReusedError } from '../events/event-id-reused.error';
import type { AppendResult, ExpectedVersion } from '../events/event-store';
import { writableAsJson } from '../events/json-form';
import type { RecordedEvent } from '../events/recorded-event';
import { StoredEvent } from '../events/stored-event';
import { WrongExpectedVersionError } from '../events/wrong-expected-version.error';
import { violatedConstraint } from './append-conflict';
import type { PreparedAppend } from './prepared-append';
import { appendSql, storedByIdSql, streamEndSql } from './sql/append.sql';

/** How often an append that takes any version tries again after another took the version it was about to. */
const MAX_RACES = 50;

export interface Appended {
  readonly result: AppendResult;
  /** What was written; empty when the same append had been made before. */
  readonly events: readonly RecordedEvent[];
}

/** Writes prepared appends, and finds out what a refusal by the database means. */
export class Appender {
  constructor(private readonly table: string) {}

  /**
   * @param attempt runs a statement so that its failure leaves the connection usable
   */
  async append(
    append: PreparedAppend,
    manager: EntityManager,
    attempt: <T>(work: () => Promise<T>) => Promise<T>,
  ): Promise<Appended> {
    if (append.ids.length === 0) return { result: await this.checkEmpty(append, manager), events: [] };
    for (let race = 1; ; race++) {
      const rows = await attempt(() => this.insert(append, manager)).catch((error: unknown) => {
        if (!violatedConstraint(error)) throw error;
        return undefined;
      });
      if (rows?.length) return appended(append, rows);

      const before = await this.findRepeated(append, manager);
      if (before) return { result: before, events: [] };
      const { version } = await this.streamEnd(append.streamId, manager);
      // No rows means the stream was elsewhere; a violation means it moved meanwhile, which only "any" may retry.
      if (append.expected !== undefined || race === MAX_RACES)
        throw new WrongExpectedVersionError(append.streamId, expectedOf(append), version);
    }
  }

  private insert(append: PreparedAppend, manager: EntityManager): Promise<InsertedRow[]> {
    const { streamId, expected, ids, types, data, metadata } = append;
    return manager.query(appendSql(this.table), [streamId, expected, ids, types, data, metadata]);
  }

  private async findRepeated(
    append: PreparedAppend,
    manager: EntityManager,
  ): Promise<AppendResult | undefined> {
    if (!append.repeatable) return undefined;
    const { streamId, ids, types, data } = append;
    const stored = await manager.query<StoredRow[]>(storedByIdSql(this.table), [streamId, ids, types, data]);
    if (stored.length === 0) return undefined;
    const differing = stored.filter(({ same }) => !same);
    if (differing.length > 0 || stored.length < ids.length)
      throw new EventIdReusedError(
        streamId,
        (differing.length > 0 ? differing : stored).map(({ id }) => id),
      );
    return toResult(stored.at(-1)!);
  }

  private async checkEmpty(append: PreparedAppend, manager: EntityManager): Promise<AppendResult> {
    const end = await this.streamEnd(append.streamId, manager);
    if (append.expected !== undefined && append.expected !== end.version)
      throw new WrongExpectedVersionError(append.streamId, expectedOf(append), end.version);
    return end;
  }

  private async streamEnd(streamId: string, manager: EntityManager): Promise<AppendResult> {
    const [row] = await manager.query<EndRow[]>(streamEndSql(this.table), [streamId]);
    return toResult(row ?? { version: '0', global_position: '0' });
  }
}

interface EndRow {
  readonly version: string;
  readonly global_position: string;
}

interface InsertedRow extends EndRow {
  readonly recorded_at: Date;
}

interface StoredRow extends EndRow {
  readonly id: string;
  readonly same: boolean;
}

const expectedOf = ({ expected }: PreparedAppend): ExpectedVersion => expected ?? 'any';

function toResult(row: EndRow): AppendResult {
  return writableAsJson({ version: Number(row.version), globalPosition: BigInt(row.global_position) });
}

function appended(append: PreparedAppend, rows: readonly InsertedRow[]): Appended {
  const events = rows.map(
    (row, index) =>
      new StoredEvent({
        id: append.ids[index]!,
        streamId: append.streamId,
        type: append.types[index]!,
        // What handlers see must be what a later read gives: the JSON, not the object it was made of.
        data: JSON.parse(append.data[index]!) as unknown,
        metadata: JSON.parse(append.metadata[index]!) as Record<string, unknown>,
        version: Number(row.version),
        globalPosition: BigInt(row.global_position),
        recordedAt: row.recorded_at,
      }),
  );
  return { result: toResult(rows.at(-1)!), events };
}
