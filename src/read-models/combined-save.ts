import type { ClientBase, QueryArrayConfig } from 'pg';
import type { StatementNames } from '../database/statement-names';
import { ForeignWriteError } from './row.errors';
import type { WritePhases, WriteStep } from './write-step';

/**
 * Saves rows of tables that refer to each other, all in one statement: their foreign keys are checked when it ends, so
 * that neither the order of the tables matters nor whether they refer to each other in a circle. Its parts take their
 * turns all the same, as unique values are checked at once: deletes, updates, inserts.
 */
export class CombinedSave {
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly projection: string,
    private readonly names: StatementNames | undefined,
  ) {}

  /** @throws ForeignWriteError when a row is not as it was read */
  async save(client: ClientBase, tables: readonly WritePhases[]): Promise<void> {
    const steps = [0, 1, 2].flatMap((phase) => tables.flatMap((phases) => phases[phase]!));
    if (steps.length === 0) return;
    const kinds = steps.map(({ table, kind }) => `${table} ${kind}`).join();
    let text = this.texts.get(kinds);
    if (text === undefined) this.texts.set(kinds, (text = textOf(steps)));
    const query: QueryArrayConfig = { text, values: steps.flatMap(({ values }) => values), rowMode: 'array' };
    const uses = steps.reduce((sum, { count }) => sum + count, 0);
    const { rows } = await (this.names
      ? this.names.send<string[]>(client, query, uses)
      : client.query<string[]>(query));
    const written = rows[0]!.map(Number);
    steps.forEach(({ table, count }, at) => {
      if (written[at] !== count) throw new ForeignWriteError(this.projection, table, count, written[at]!);
    });
  }
}

function textOf(steps: readonly WriteStep[]): string {
  let from = 0;
  const queries = steps.flatMap((step, at) => {
    const after = at === 0 ? undefined : `s${at - 1}`;
    const parts = step.parts(`s${at}`, { from, after });
    from += step.values.length;
    return parts.map(([name, query]) => `${name} AS (${query})`);
  });
  const counts = steps.map((_, at) => `(SELECT count(*) FROM s${at})`);
  return `WITH ${queries.join(',\n')}\nSELECT ${counts.join(', ')}`;
}
