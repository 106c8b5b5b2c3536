import type { ProjectionModuleOptions } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

const projections = [recorder({ name: 'a' }), recorder({ name: 'b' })];

describe('run', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (run: ProjectionModuleOptions['run']) => {
    const app = await startApp(database.url, { projections, options: { run } });
    apps.push(app);
    return app;
  };

  it('false leaves all to others, whom it sees and waits for', async () => {
    const api = await start(false);
    expect(await statesOf(api)).toEqual({ a: 'unowned', b: 'unowned' });
    const { globalPosition } = await api.store.append('X', [happened()]);

    const worker = await start(true);
    await api.projections.waitFor('a', globalPosition);
    await api.projections.waitFor('b', globalPosition);
    expect(await positionsRecordedBy(database, 'a')).toEqual([1]);
    expect(await statesOf(api)).toEqual({ a: 'running', b: 'running' });
    expect(await ownersOf(api)).toEqual([1, 1]);
    expect(await statesOf(worker)).toEqual({ a: 'running', b: 'running' });
  });

  it('takes the names of those to run', async () => {
    const first = await start(['a']);
    const { globalPosition } = await first.store.append('X', [happened()]);
    await first.projections.waitFor('a', globalPosition);
    expect(await statesOf(first)).toEqual({ a: 'running', b: 'unowned' });

    const second = await start(['b']);
    await second.projections.waitFor('b', globalPosition);
    expect(await positionsRecordedBy(database, 'b')).toEqual([1]);
    const [a, b] = await first.projections.status();
    expect(a!.owners).not.toEqual(b!.owners);
  });

  it('refuses a name that nobody declared', async () => {
    await expect(start(['a', 'c'])).rejects.toThrow('no projection "c"');
  });
});

const statesOf = async ({ projections: control }: TestApp) =>
  Object.fromEntries((await control.status()).map(({ name, state }) => [name, state]));

const ownersOf = async ({ projections: control }: TestApp) =>
  (await control.status()).map(({ owners }) => owners.length);
