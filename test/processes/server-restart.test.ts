import { startApp } from '../support/app';
import { runOn } from '../support/database';
import { eventually } from '../support/eventually';
import { ServerFolder } from '../embedded-postgres/servers';
import { expectTally } from '../tally/expect-tally';
import { Load } from '../tally/load';
import { tally } from '../tally/tally-projection';
import { createTallyTables, type Database } from '../tally/tally-tables';
import { Worker } from './worker';

const RESTARTS = 10;

it(`survives ${RESTARTS} restarts of PostgreSQL: nothing lost, health down and up, the same process`, async () => {
  const folder = await ServerFolder.create();
  const first = await folder.start();
  const { url } = first;
  const port = Number(new URL(url).port);
  const database: Database = { query: (sql, params) => runOn(url, sql, params) };
  const projections = [{ name: 'tally' }];
  const app = await startApp(url, {
    projections: projections.map(tally),
    options: { run: false, listen: false },
  });
  await createTallyTables(database);
  const worker = await Worker.start({ url, projections, options: {} });
  const load = new Load(app.store);
  const healthIs = (status: string) => eventually(async () => expect(await worker.health()).toBe(status));
  try {
    await healthIs('up');
    for (let n = 0; n < RESTARTS; n++) {
      await folder.stop();
      await healthIs('down');
      await folder.start({ port });
      await healthIs('up');
      const { settled } = await app.store.head();
      await app.projections.waitFor('tally', settled + 1n, { timeoutMs: 20_000 });
    }
    await load.stop();
    const { settled } = await app.store.head();
    await app.projections.waitFor('tally', settled, { timeoutMs: 20_000 });
    await expectTally(database, 'tally');
    expect(worker.running).toBe(true);
  } finally {
    await load.stop();
    await worker.kill();
    await app.close();
    await folder.remove();
  }
}, 300_000);
