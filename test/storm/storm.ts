import type { ProjectionModuleOptions } from 'nestjs-projections';
import { startApp } from '../support/app';
import type { TestDatabase } from '../support/database';
import { expectTally, type TallyExpectation } from '../tally/expect-tally';
import { tally, type TallyOptions } from '../tally/tally-projection';
import { createTallyTables } from '../tally/tally-tables';
import { Writer } from './writers';

const WRITERS = 16;
const STORM_MS = 20_000;

/** Several at once: one takes everything, one half of it, and one in transactions of a single event. */
const PROJECTIONS: TallyOptions[] = [
  { name: 'everything' },
  { name: 'half', types: ['Counted'] },
  { name: 'singly', types: ['Counted'], batchSize: 1 },
];

export interface StormOptions {
  /** Where everybody connects. @default the database itself */
  readonly url?: string;
  /** Added to every projection. @default {} */
  readonly projection?: Partial<TallyOptions>;
  /** @default {} */
  readonly module?: ProjectionModuleOptions;
  /** @default {} */
  readonly expectation?: TallyExpectation;
}

/**
 * Sixteen writers with open transactions, of which some are rolled back, and projections that follow them; then the
 * projections must have applied what is committed, each event once and in order.
 */
export async function storm(database: TestDatabase, options: StormOptions = {}): Promise<void> {
  const { url = database.url, projection = {}, module = {}, expectation } = options;
  const projections = PROJECTIONS.map((one) => Object.assign({}, one, projection));
  await createTallyTables(database);
  const app = await startApp(url, {
    projections: projections.map(tally),
    options: module,
    poolSize: WRITERS + 10,
  });
  const plain = await Writer.ofSql(0, url);
  try {
    const writers = Array.from({ length: WRITERS - 1 }, (_, n) =>
      Writer.ofStore(n + 1, app.store, app.dataSource),
    );
    writers.push(plain.writer);
    const end = Date.now() + STORM_MS;
    await Promise.all(writers.map((writer) => writer.write(() => Date.now() < end)));

    const rows = await database.query<{ position: string }>(
      'SELECT global_position AS position FROM events ORDER BY 1',
    );
    const stored = rows.map(({ position }) => BigInt(position));
    const committed = writers.flatMap((writer) => writer.committed);
    expect(stored).toEqual(committed.toSorted((a, b) => Number(a - b)));
    expect(plain.writer.committed.length).toBeGreaterThan(0);
    for (const { name, types } of projections) {
      await app.projections.waitFor(name, stored.at(-1)!, { timeoutMs: 30_000 });
      await expectTally(database, name, { types, ...expectation });
    }
  } finally {
    await plain.end();
    await app.close();
  }
}
