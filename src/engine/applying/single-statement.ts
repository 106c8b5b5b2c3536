import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { sqlStateOf } from '../../database/sql-state';
import { StatementCancel } from '../../database/statement-cancel';
import { StatementNames } from '../../database/statement-names';
import { hasEnded } from '../../database/transaction';
import { joinSteps, textsOf, type WriteStep } from '../../database/write-step';
import { ForeignWriteError } from '../../read-models/row.errors';
import type { Claim, Fenced } from '../../state/checkpoint.store';
import type { PreparedBatch } from './batch';

/** What the server says when a text is no number. */
const NO_NUMBER = '22P02';

/** Begins the text that is no number, for a statement has no other way to fail; no event can have it. */
const WROTE = `rows written instead (${randomUUID()}): `;

/** The session is the connection's own, as behind a pooler none is, and sees what others commit while it waits. */
const isOwn = (pid: number) =>
  `pg_backend_pid() = $${pid}::int AND current_setting('transaction_isolation') = 'read committed'`;

type Answer = [isOwn: boolean, backend: number | null, transaction: string | null];

interface Ready {
  readonly prepared: PreparedBatch;
  readonly calledOff: AbortSignal;
}

/**
 * Commits a small batch, rows and checkpoint, as one statement, which is a transaction by itself: one round trip instead of
 * five, of which nothing is kept unless all of it is.
 */
export class SingleStatement {
  private readonly names: StatementNames;
  private readonly texts = new Map<string, string>();
  private isRefused = false;
  /** Whether connections are known to be sessions of their own, so that their statements can be cancelled. */
  private areOwn = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly projection: string,
  ) {
    this.names = new StatementNames(dataSource);
  }

  /** Tries again what was refused, as that was because of the batch. */
  reset(): void {
    this.isRefused = false;
  }

  /**
   * @returns `undefined` where nothing is done: it has to be a transaction of several, or is not to be had at all
   * @throws ForeignWriteError when a row is not as it was read
   */
  async commit({ prepared, calledOff }: Ready, claim: Claim | undefined): Promise<Fenced | undefined> {
    // Subscribers are told of transactions, and may write in them themselves.
    if (this.isRefused || !claim || !prepared.steps || this.dataSource.subscribers.length > 0)
      return undefined;
    const steps = prepared.steps();
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      // In a transaction that somebody left open it would not be committed.
      if (!hasEnded(client)) return undefined;
      return await this.send(client, steps, claim, calledOff);
    } finally {
      await runner.release();
    }
  }

  private async send(
    client: PoolClient,
    steps: readonly WriteStep[],
    claim: Claim,
    calledOff: AbortSignal,
  ): Promise<Fenced | undefined> {
    const pid = (client as { processID?: number | null }).processID ?? 0;
    const cancel = new StatementCancel(this.dataSource, { backend: this.areOwn ? pid : 0 });
    calledOff.addEventListener('abort', cancel.send);
    try {
      const counts = steps.map(({ count }) => count).join();
      const { rows } = await this.names.sendAlone<Answer>(client, {
        text: this.textOf(steps, claim),
        values: [...claim.values, pid, counts, ...steps.flatMap(({ values }) => values)],
        rowMode: 'array',
      });
      const [own, backend, transaction] = rows[0]!;
      this.isRefused = !own;
      this.areOwn = own;
      return backend === null || transaction === null ? undefined : { backend, transaction };
    } catch (error) {
      throw this.foreignWrite(error, steps) ?? error;
    } finally {
      calledOff.removeEventListener('abort', cancel.send);
      await cancel.settled(client);
    }
  }

  private textOf(steps: readonly WriteStep[], claim: Claim): string {
    const alone = textsOf(steps);
    let text = this.texts.get(alone);
    if (text === undefined) this.texts.set(alone, (text = textOf(steps, claim)));
    return text;
  }

  private foreignWrite(error: unknown, steps: readonly WriteStep[]): ForeignWriteError | undefined {
    const [, counts] = sqlStateOf(error) === NO_NUMBER ? (error as Error).message.split(WROTE) : [];
    if (counts === undefined) return undefined;
    const written = counts.split(',').map((text) => Number.parseInt(text));
    const other = steps.findIndex(({ count }, step) => written[step] !== count);
    const { table, count } = steps[other]!;
    return new ForeignWriteError(this.projection, table, count, written[other]!);
  }
}

/** The claim waits for nobody, as it would do so with the tables locked, which others lock behind the checkpoint. */
function textOf(steps: readonly WriteStep[], { sql, values }: Claim): string {
  const [pid, expected] = [values.length + 1, values.length + 2];
  const { parts, counts } = joinSteps(steps, expected, '(SELECT count(*) FROM claim) = 1');
  return `WITH ${[`claim AS (${sql(isOwn(pid))})`, ...parts].join(',\n')}
SELECT ${isOwn(pid)}, backend, transaction,
       CASE WHEN backend IS NULL OR written = $${expected}::text THEN 0 ELSE ('${WROTE}' || written)::int END
FROM (SELECT concat_ws(',', ${['NULL', ...counts].join(', ')}) AS written) counted LEFT JOIN claim ON true`;
}
