import type { ClientBase, QueryArrayConfig } from 'pg';
import type { StatementNames } from '../database/statement-names';
import { ForeignWriteError } from './row.errors';
import { joinSteps, textsOf, type WriteStep } from '../database/write-step';

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
  async save(client: ClientBase, steps: readonly WriteStep[]): Promise<void> {
    if (steps.length === 0) return;
    const alone = textsOf(steps);
    let text = this.texts.get(alone);
    if (text === undefined) this.texts.set(alone, (text = textOf(steps)));
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
  const { parts, counts } = joinSteps(steps);
  return `WITH ${parts.join(',\n')}\nSELECT ${counts.join(', ')}`;
}
