import type { DataSource, EntityManager } from 'typeorm';
import type { RecordedEvent } from '../events/recorded-event';
import type { DeclaredProjection } from './declared-projection';
import type { DeadLetterStore } from './dead-letter.store';
import { releasedNow } from './is-live';
import { giveWay } from './give-way';
import { exemptFromTermination } from './exempt-from-termination';
import { inTransaction } from '../database/transaction';
import { tableName } from './table-name';

/** Dead letters may be large, and many. */
const LETTERS_AT_ONCE = 500;

/** Where a segment stands during a resegmentation. */
interface StandRow {
  readonly position: string;
  readonly halt_at: string | null;
}

/**
 * Cuts the events of a projection into other segments while it runs. First all segments are told where to
 * halt, which is as far as the foremost has come; the fence of their batches holds them there. When the last one has got
 * there, all that lies before is applied and nothing behind, and segments of the new cut begin at that place.
 */
export class SegmentCutStore {
  private readonly states: string;
  private readonly checkpoints: string;
  private readonly leases: string;
  private readonly letters: string;
  private readonly commands: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly deadLetters: DeadLetterStore,
  ) {
    const table = (name: string) => tableName(dataSource, name);
    this.states = table('projection_states');
    this.checkpoints = table('projection_checkpoints');
    this.leases = table('projection_leases');
    this.letters = table('projection_dead_letters');
    this.commands = table('projection_commands');
  }

  /**
   * Holds the segments of a projection as they are to the end of the transaction; `false` when they are not what the
   * code takes them for, or not its to run: newer code has been seen, or another `segmentBy` has made them. Code whose
   * segments are to be made again by newer code may run them up to the barrier, where nothing else can take them.
   */
  async hold(manager: EntityManager, code: DeclaredProjection, segments: number): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT FROM ${this.states} s
       WHERE projection = $1 AND segments = $2
         AND (segments = 1 OR coalesce(segmented_by = $4, true))
         AND (version <= $3
              OR EXISTS (SELECT FROM ${this.checkpoints} WHERE projection = $1 AND halt_at IS NOT NULL))
       FOR SHARE OF s`,
      [code.name, segments, code.version, code.segmentBy],
    );
    return rows.length > 0;
  }

  /** Lets segments go on that were told to halt for a cut that is no longer wanted. */
  async callOff(projection: string, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.query(
      `UPDATE ${this.checkpoints} SET halt_at = NULL
       WHERE projection = $1 AND halt_at IS NOT NULL
         AND EXISTS (SELECT FROM ${this.states} s WHERE projection = $1 AND NOT ${isDue('s')})`,
      [projection],
    );
  }

  /**
   * Does the next step towards the segments that `code` declares, unless another instance is at it.
   * @param segmentOf the segment of an event among the new ones
   */
  async step(code: DeclaredProjection, segmentOf: (event: RecordedEvent) => number): Promise<void> {
    const { name: projection, version, segments: wanted, segmentBy } = code;
    await inTransaction(this.dataSource, async (manager) => {
      await giveWay(manager);
      const due = await manager.query<unknown[]>(
        `SELECT FROM ${this.states} s
         WHERE projection = $1 AND version = $2 AND segments_wanted = $3 AND segment_by_wanted = $4
           AND ${isDue('s')}
         FOR UPDATE SKIP LOCKED`,
        [projection, version, wanted, segmentBy],
      );
      if (due.length === 0) return;
      await exemptFromTermination(manager);
      // Waits for the batches in flight, so that none of them is half counted.
      const stands = await manager.query<StandRow[]>(
        `SELECT position, halt_at FROM ${this.checkpoints} WHERE projection = $1 ORDER BY segment FOR UPDATE`,
        [projection],
      );
      const foremost = stands.map(({ position }) => BigInt(position)).reduce(later, 0n);
      if (stands.every(({ position }) => BigInt(position) === foremost))
        await this.cut(manager, code, foremost, segmentOf);
      else
        await manager.query(
          `UPDATE ${this.checkpoints} SET halt_at = greatest(halt_at, $2) WHERE projection = $1`,
          [projection, foremost],
        );
    });
  }

  /** Takes effect for owners by their epochs, which are all over; lease rows stay, so that no epoch comes twice. */
  private async cut(
    manager: EntityManager,
    { name: projection, segments, segmentBy }: DeclaredProjection,
    position: bigint,
    segmentOf: (event: RecordedEvent) => number,
  ): Promise<void> {
    await manager.query(
      `UPDATE ${this.leases} SET owner = '', epoch = epoch + 1, ${releasedNow} WHERE projection = $1`,
      [projection],
    );
    await manager.query(
      `INSERT INTO ${this.checkpoints} AS stored (projection, segment, position, replay_until, epoch, witness_position, witness_id, witness_through)
       SELECT $1, segment, $3, (SELECT max(replay_until) FROM ${this.checkpoints} WHERE projection = $1),
              coalesce((SELECT epoch FROM ${this.leases} l WHERE l.projection = $1 AND l.segment = s.segment), 0),
              witness.position, witness.id, witness.through
       FROM generate_series(0, $2 - 1) AS s (segment)
       LEFT JOIN (
         SELECT witness_position AS position, witness_id AS id, witness_through AS through
         FROM ${this.checkpoints} WHERE projection = $1
         ORDER BY witness_position DESC NULLS LAST, witness_through DESC NULLS LAST LIMIT 1
       ) witness ON true
       ON CONFLICT (projection, segment) DO UPDATE
         SET position = excluded.position, replay_until = excluded.replay_until,
             witness_position = excluded.witness_position, witness_id = excluded.witness_id,
             witness_through = excluded.witness_through,
             epoch = greatest(excluded.epoch, stored.epoch + 1), halt_at = NULL, updated_at = clock_timestamp()`,
      [projection, segments, position],
    );
    await manager.query(`DELETE FROM ${this.checkpoints} WHERE projection = $1 AND segment >= $2`, [
      projection,
      segments,
    ]);
    await this.moveLetters(manager, projection, segmentOf);
    await manager.query(
      `UPDATE ${this.commands} SET finished_at = clock_timestamp(), error = 'the segments were made again meanwhile; give the command again'
       WHERE projection = $1 AND finished_at IS NULL`,
      [projection],
    );
    await manager.query(`UPDATE ${this.states} SET segments = $2, segmented_by = $3 WHERE projection = $1`, [
      projection,
      segments,
      segmentBy,
    ]);
  }

  /** Dead letters wait in the segment that later events of their stream go to. */
  private async moveLetters(
    manager: EntityManager,
    projection: string,
    segmentOf: (event: RecordedEvent) => number,
  ): Promise<void> {
    let after = '0';
    for (;;) {
      const letters = await this.deadLetters.page(manager, projection, after, LETTERS_AT_ONCE);
      if (letters.length === 0) return;
      await manager.query(
        `UPDATE ${this.letters} l SET segment = m.segment
         FROM unnest($1::bigint[], $2::int[]) AS m (id, segment) WHERE l.id = m.id`,
        [letters.map(({ id }) => id), letters.map(({ event }) => segmentOf(event))],
      );
      after = letters.at(-1)!.id;
    }
  }
}

/**
 * SQL: whether the segments of a row of `projection_states` are others than those wanted. Whatever a projection with one
 * segment shares its events out by, all of them are in it.
 */
const isDue = (states: string): string =>
  `(${states}.segments <> ${states}.segments_wanted
    OR ${states}.segments > 1 AND ${states}.segmented_by <> ${states}.segment_by_wanted)`;

const later = (one: bigint, other: bigint): bigint => (one > other ? one : other);
