import { ConnectionBudget } from '../../src/database/connection-budget';
import { around } from '../support/around';
import { startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

const names = Array.from({ length: 20 }, (_, n) => `p${n}`);

describe('batches and reads of the engine', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await database.drop();
  });

  it('never use more connections than its share of the pool', async () => {
    const projections = names.map((name) => recorder({ name, batchSize: 10 }));
    const application = await startApp(database.url, { projections, options: { run: false } });
    for (let n = 0; n < 20; n++)
      await application.store.append(
        `s-${n}`,
        Array.from({ length: 10 }, () => happened(n)),
      );

    let now = 0;
    let most = 0;
    around(ConnectionBudget.prototype, 'use', (call, work) =>
      call(async () => {
        most = Math.max(most, ++now);
        return (work as () => Promise<unknown>)().finally(() => now--);
      }),
    );
    const engine = await startApp(database.url, { projections, poolSize: 4 });
    try {
      const { globalPosition } = await application.store.append('last', [happened()]);
      for (const name of names)
        await application.projections.waitFor(name, globalPosition, { timeoutMs: 30_000 });
    } finally {
      await engine.close();
      await application.close();
    }
    expect(most).toBe(2);
    for (const name of names) expect(await positionsRecordedBy(database, name)).toHaveLength(201);
  });
});
