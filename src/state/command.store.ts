import type { DataSource } from 'typeorm';
import { tableName } from './table-name';

export interface CommandOutcome {
  readonly finished: boolean;
  /** Seconds since an owner last got on with it; `null` when none has taken it up. */
  readonly silentSeconds: number | null;
  readonly result: unknown;
  readonly error: string | null;
}

/** Commands to the owners of a projection's segments, wherever they run. */
export class CommandStore {
  private readonly table: string;
  private readonly checkpoints: string;

  constructor(private readonly dataSource: DataSource) {
    this.table = tableName(dataSource, 'projection_commands');
    this.checkpoints = tableName(dataSource, 'projection_checkpoints');
  }

  async add(projection: string, segment: number, command: string, args: object): Promise<string> {
    const [row] = await this.dataSource.query<[{ id: string }]>(
      `INSERT INTO ${this.table} (projection, segment, command, arguments) VALUES ($1, $2, $3, $4) RETURNING id`,
      [projection, segment, command, JSON.stringify(args)],
    );
    return row.id;
  }

  /**
   * Stores the outcome of a command, unless another instance has the lease by now, which executes it again.
   * @param epoch of the lease under which it was executed; `undefined` where there is none
   */
  async finish(id: number, epoch: bigint | undefined, result: unknown, error?: string): Promise<void> {
    await this.dataSource.query(
      `WITH mine AS (
         SELECT FROM ${this.checkpoints} c JOIN ${this.table} o USING (projection, segment)
         WHERE o.id = $1 AND c.epoch = $4 FOR SHARE OF c
       )
       UPDATE ${this.table} SET finished_at = clock_timestamp(), result = $2, error = $3
       WHERE id = $1 AND finished_at IS NULL AND ($4::bigint IS NULL OR EXISTS (SELECT FROM mine))`,
      [id, JSON.stringify(result ?? null), error ?? null, epoch ?? null],
    );
  }

  /** Tells whoever waits for it that an owner is at work. */
  async progressed(id: number): Promise<void> {
    await this.dataSource.query(`UPDATE ${this.table} SET progressed_at = clock_timestamp() WHERE id = $1`, [
      id,
    ]);
  }

  /** Takes back a command that nobody has begun to execute, or that nobody waits for any more. */
  async cancel(id: string): Promise<void> {
    await this.dataSource.query(`DELETE FROM ${this.table} WHERE id = $1 AND finished_at IS NULL`, [id]);
  }

  async outcome(id: string): Promise<CommandOutcome> {
    // As text: what an application has `pg` make of jsonb is its own affair.
    const [row] = await this.dataSource.query<(Omit<CommandOutcome, 'result'> & { result: string | null })[]>(
      `SELECT finished_at IS NOT NULL AS finished, result::text AS result, error,
         extract(epoch FROM clock_timestamp() - progressed_at)::float8 AS "silentSeconds"
       FROM ${this.table} WHERE id = $1`,
      [id],
    );
    if (!row) return { finished: true, silentSeconds: null, result: null, error: 'the command is gone' };
    return { ...row, result: row.result === null ? null : (JSON.parse(row.result) as unknown) };
  }
}
