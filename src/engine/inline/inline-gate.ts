import { type DataSource, type EntityManager } from 'typeorm';
import { sqlStateOf } from '../../database/sql-state';
import { tableName } from '../../state/table-name';
import type { GateRound } from './gate-round';
import { inTransaction } from '../../database/transaction';
import { GATE_LOCKS } from '../../database/advisory-locks';

/** The key of a lock, as two parameters make it. */
const KEY = '$1, hashtext($2)';

/**
 * Appends wait while the gate is closed, and so none of its statements may wait long for a lock or run for long. Below
 * the server's `deadlock_timeout` of a second: in a deadlock with an append it is the gate that opens, not the append that fails.
 */
const LOCK_TIMEOUT_MS = 500;
/** A process that stands still with the gate closed loses its connection after this long. */
const IDLE_TIMEOUT_MS = 10_000;

/** Lock time-out, statement time-out, deadlock: what says only that this was not the moment. */
const NOT_NOW = new Set(['55P03', '57014', '40P01']);

const LIMITS_SQL = `
  set_config('lock_timeout', $3, true), set_config('statement_timeout', $4, true),
  set_config('idle_in_transaction_session_timeout', $5, true)`;

/** The transactions of appends that hold the gate: a lock by two keys has objsubid 2, and shows them unsigned. */
const SHARERS_SQL = `
  SELECT virtualtransaction AS holder, pid FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND mode = 'ShareLock' AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = $1::int::oid AND objid = (hashtext($2)::bigint & 4294967295)::oid`;

/** The transactions that have appended: the statement of an append locks the table of marks. */
const APPENDERS_SQL = `
  SELECT virtualtransaction AS holder, pid FROM pg_locks
  WHERE locktype = 'relation' AND granted AND mode IN ('RowShareLock', 'RowExclusiveLock')
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation = $1::regclass AND pid IS DISTINCT FROM pg_backend_pid()`;

export interface Closing {
  readonly round: GateRound;
  /** The longest a statement of the work may take, in milliseconds. */
  readonly statementMs: number;
  /** Whether also instances that do not provide the projection may not append meanwhile. */
  readonly toAll?: boolean;
}

/**
 * Keeps appends and the hand-over of an inline projection apart: an append holds the gate shared while it decides
 * whether to apply its events, a hand-over closes it and so sees every append decided.
 */
export class InlineGate {
  private readonly marks: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly projection: string,
  ) {
    this.marks = tableName(dataSource, 'projection_inline_marks');
  }

  /**
   * Holds the gate until the transaction ends. Costs appends no write and no waiting for each other.
   * @returns whether the transaction sees the database as it was at its first statement, and not as it is now
   */
  async share(manager: EntityManager): Promise<{ readonly isSnapshot: boolean }> {
    const [row] = await manager.query<[{ isolation: string }]>(
      `SELECT current_setting('transaction_isolation') AS isolation, pg_advisory_xact_lock_shared(${KEY})`,
      [GATE_LOCKS, this.projection],
    );
    return { isSnapshot: !row.isolation.startsWith('read') };
  }

  /** Runs `work` in a transaction in which the gate cannot close. */
  hold<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, async (manager) => {
      await this.share(manager);
      return work(manager);
    });
  }

  /**
   * Runs `work` with the gate closed. All that it reads must come over the given connection: appends that wait for the
   * gate may hold all others.
   * @returns `undefined` when appends hold the gate, or the work met a lock: to be asked again
   */
  async close<T>(closing: Closing, work: (manager: EntityManager) => Promise<T>): Promise<T | undefined> {
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        if (closing.toAll && !(await this.shutToAll(closing, manager))) return undefined;
        if (!(await this.shut(closing, manager))) return undefined;
        return work(manager);
      });
    } catch (error) {
      if (NOT_NOW.has(sqlStateOf(error) ?? '')) return undefined;
      throw error;
    }
  }

  /** Before the gate: appends hold this first, and that then. */
  private async shutToAll({ round }: Closing, manager: EntityManager): Promise<boolean> {
    const patience = round.patience(await manager.query(APPENDERS_SQL, [this.marks]));
    if (patience === undefined) return false;
    await manager.query(`SET LOCAL lock_timeout = ${patience}`);
    await manager.query(`LOCK TABLE ${this.marks} IN EXCLUSIVE MODE`);
    return true;
  }

  private async shut({ round, statementMs }: Closing, manager: EntityManager): Promise<boolean> {
    const keys = [GATE_LOCKS, this.projection];
    const limits = [LOCK_TIMEOUT_MS, statementMs, IDLE_TIMEOUT_MS].map(String);
    const [row] = await manager.query<[{ shut: boolean }]>(
      `SELECT pg_try_advisory_xact_lock(${KEY}) AS shut, ${LIMITS_SQL}`,
      [...keys, ...limits],
    );
    if (row.shut) return true;
    const patience = round.patience(await manager.query(SHARERS_SQL, keys));
    if (patience === undefined) return false;
    await manager.query(`SET LOCAL lock_timeout = ${patience}`);
    await manager.query(`SELECT pg_advisory_xact_lock(${KEY})`, keys);
    await manager.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    return true;
  }
}
