import { setTimeout as delay } from 'node:timers/promises';
import { rememberAppended } from '../events/appended-events';
import { EventIdReusedError } from '../events/event-id-reused.error';
import type { AppendParticipant, AppendResult, ExpectedVersion } from '../events/event-store';
import { EventsNotStoredError } from '../events/events-not-stored.error';
import { writableAsJson } from '../events/json-form';
import type { RecordedEvent } from '../events/recorded-event';
import { StaleSnapshotError } from '../events/stale-snapshot.error';
import { WrongExpectedVersionError } from '../events/wrong-expected-version.error';
import { failedByName } from '../database/statement-names';
import { AppendConflict, isOfEvents } from './append-conflict';
import { appendQuery, type AppendRow, type AppendTables, eventsOf, resultOf } from './append-rows';
import { refusalOf } from './append-refusal';
import type { AppendAttempt, AppendScope } from './append-scope';
import type { PreparedAppend } from './prepared-append';
import { ProjectionsLeftOut } from './projections-left-out';
import { isConflict } from '../database/sql-state';
import { storedByIdSql, streamEndSql } from './sql/append.sql';

/** How often an append that takes any version tries again. Each time another append got on, so that it ends. */
const MAX_RACES = 1_000;
/** From here on it waits a little, by chance, so that those who wait do not all try again at once. */
const PATIENT_RACES = 10;
const LONGEST_WAIT_MS = 10;
/** How often it tries again after a failure that was not its own, such as a deadlock. */
const MAX_FAILURES = 20;

export interface Appended {
  readonly result: AppendResult;
  /** Whether events were written; not so when the same append had been made before. */
  readonly written: boolean;
}

/** What an attempt came to. */
type Outcome =
  | { readonly result: AppendResult }
  /** The stream is not at the expected version, but at this. */
  | { readonly elsewhere: number }
  | { readonly conflict: AppendConflict }
  | { readonly leftOut: ProjectionsLeftOut }
  | 'again';

/** Writes prepared appends, and finds out what a refusal by the database means. */
export class Appender {
  private readonly table: string;

  /** @param leaveToLoops has the loops of inline projections apply the events that are appended from now on */
  constructor(
    private readonly tables: AppendTables,
    private readonly leaveToLoops: (projections: readonly string[]) => Promise<void>,
  ) {
    this.table = tables.events;
  }

  async append(
    append: PreparedAppend,
    scope: AppendScope,
    participants: readonly AppendParticipant[],
  ): Promise<Appended> {
    if (append.ids.length === 0) return { result: await this.checkEmpty(append, scope), written: false };
    for (let race = 1; ; race++) {
      const outcome = await this.attempt(append, scope, participants, race);
      if (outcome === 'again') continue;
      if ('leftOut' in outcome) {
        if (race >= MAX_FAILURES) throw outcome.leftOut;
        await this.leaveToLoops(outcome.leftOut.projections);
        continue;
      }
      if ('result' in outcome) return { result: outcome.result, written: true };

      const before = await this.findRepeated(append, scope);
      if (before) return { result: before, written: false };
      if ('elsewhere' in outcome) throw wrongVersion(append, outcome.elsewhere);
      await this.checkConflict(append, scope, outcome.conflict, race);
      if (race > PATIENT_RACES) await delay(Math.random() * LONGEST_WAIT_MS);
    }
  }

  private async attempt(
    append: PreparedAppend,
    scope: AppendScope,
    participants: readonly AppendParticipant[],
    race: number,
  ): Promise<Outcome> {
    const { streamId, types } = append;
    const provided = participants.map(({ projection }) => projection);
    const wanting = participants.filter((participant) => types.some((type) => participant.wants(type)));
    try {
      return await scope.attempt(
        streamId,
        (attempt) => this.write(append, attempt, wanting, provided),
        wanting.length > 0,
      );
    } catch (error) {
      if (error instanceof ProjectionsLeftOut) return { leftOut: error };
      if (error instanceof AppendConflict) return { conflict: error };
      const passes = failedByName(error) || (scope.own && isConflict(error));
      if (!passes || race >= MAX_FAILURES) throw error;
      return 'again';
    }
  }

  private async write(
    append: PreparedAppend,
    attempt: AppendAttempt,
    participants: readonly AppendParticipant[],
    provided: readonly string[],
  ): Promise<Outcome> {
    const { streamId, ids, expected } = append;
    const query = appendQuery(this.tables, append, provided, participants.length > 0);
    const rows = await attempt.send<AppendRow>(query, ids.length).catch((error: unknown) => {
      throw refusalOf(error, streamId, query);
    });
    const [base, version] = rows[0]!;
    if (version === null) {
      const elsewhere = Number(base);
      if (expected !== undefined && expected !== elsewhere) return { elsewhere };
      throw new EventsNotStoredError(
        streamId,
        ids.map((_, index) => index + 1),
        [],
      );
    }
    if (participants.length > 0) await apply(participants, eventsOf(append, rows), attempt);
    const result = resultOf(rows.at(-1)!);
    rememberAppended(result, { streamId, first: resultOf(rows[0]!).globalPosition, count: rows.length });
    return { result };
  }

  private async findRepeated(append: PreparedAppend, scope: AppendScope): Promise<AppendResult | undefined> {
    if (!append.repeatable) return undefined;
    const { streamId, ids, types, data, key, nextId } = append;
    // An append of fewer events under the same key is another one: the id of the event behind its last must be free.
    const more = nextId === undefined ? [] : [nextId];
    const stored = await scope.query<StoredRow>(storedByIdSql(this.table), [
      streamId,
      [...ids, ...more],
      [...types, ...more.map(() => '')],
      [...data, ...more.map(() => '{}')],
      key !== undefined,
    ]);
    if (stored.length === 0) return undefined;
    const differing = stored.filter(({ same }) => !same);
    if (differing.length > 0 || stored.length < ids.length)
      throw new EventIdReusedError(
        streamId,
        (differing.length > 0 ? differing : stored).map(({ id }) => id),
        key,
      );
    return repeated(streamId, stored);
  }

  /** @throws where the append cannot be tried again */
  private async checkConflict(
    append: PreparedAppend,
    scope: AppendScope,
    conflict: AppendConflict,
    race: number,
  ): Promise<void> {
    const { streamId, expected, repeatable } = append;
    if (!(await isOfEvents(conflict, scope, this.table))) throw conflict.cause;
    if (!scope.own && (await hasSnapshot(scope))) {
      // What was in the way cannot be seen: for all that is known, it is this append, made before.
      if (expected === undefined || repeatable) throw new StaleSnapshotError(streamId, conflict.cause);
      throw wrongVersion(append, expected + 1);
    }
    // The stream moved meanwhile, which only "any" may take for a reason to try again.
    if (expected === undefined && race < MAX_RACES) return;
    const { version } = await this.streamEnd(streamId, scope);
    // An id was in the way, of an event that is gone again.
    if (version === expected && race < MAX_RACES) return;
    throw wrongVersion(append, version);
  }

  private async checkEmpty(append: PreparedAppend, scope: AppendScope): Promise<AppendResult> {
    const before = await this.findRepeated(append, scope);
    if (before) return before;
    const end = await this.streamEnd(append.streamId, scope);
    if (append.expected !== undefined && append.expected !== end.version)
      throw wrongVersion(append, end.version);
    return end;
  }

  private async streamEnd(streamId: string, scope: AppendScope): Promise<AppendResult> {
    const [row] = await scope.query<EndRow>(streamEndSql(this.table), [streamId]);
    return toResult(row ?? { version: '0', global_position: '0' });
  }
}

interface EndRow {
  readonly version: string;
  readonly global_position: string;
}

interface StoredRow extends EndRow {
  readonly id: string;
  readonly same: boolean;
}

function toResult(row: EndRow): AppendResult {
  return writableAsJson({ version: Number(row.version), globalPosition: BigInt(row.global_position) });
}

function wrongVersion({ streamId, expected }: PreparedAppend, actual: number): WrongExpectedVersionError {
  const given: ExpectedVersion = expected ?? 'any';
  return new WrongExpectedVersionError(streamId, given, actual);
}

/** Whether all statements of the transaction see what was there at its first, whatever was committed since. */
async function hasSnapshot(scope: AppendScope): Promise<boolean> {
  const [row] = await scope.query<{ level: string }>(
    "SELECT current_setting('transaction_isolation') AS level",
    [],
  );
  return row!.level === 'repeatable read' || row!.level === 'serializable';
}

async function apply(
  participants: readonly AppendParticipant[],
  events: readonly RecordedEvent[],
  { manager }: AppendAttempt,
): Promise<void> {
  for (const participant of participants) {
    const wanted = events.filter(({ type }) => participant.wants(type));
    // An attempt for participants is one in a transaction.
    if (wanted.length > 0) await participant.apply(wanted, manager!);
  }
}

/** As the first append gave it. */
function repeated(streamId: string, stored: readonly StoredRow[]): AppendResult {
  const result = toResult(stored.at(-1)!);
  rememberAppended(result, { streamId, first: toResult(stored[0]!).globalPosition, count: stored.length });
  return result;
}
