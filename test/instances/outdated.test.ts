import { Logger } from '@nestjs/common';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

describe('the version of a projection', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (version: number) => {
    const app = await startApp(database.url, { projections: [recorder({ name: 'r', version })] });
    apps.push(app);
    return app;
  };

  it('keeps old code from running after newer, and it says why', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await (await start(2)).close();
    const old = await start(1);
    const { globalPosition } = await old.store.append('X', [happened()]);
    expect(await stateOf(old)).toBe('outdated');
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/"r" does not run here: this code has version 1, and version 2 has run/),
    );
    expect(await positionsRecordedBy(database, 'r')).toEqual([]);

    const current = await start(2);
    await current.projections.waitFor('r', globalPosition);
    expect(await positionsRecordedBy(database, 'r')).toEqual([1]);
  });

  it('makes running old code step down when newer starts', async () => {
    const old = await start(1);
    await old.projections.waitFor('r', (await old.store.append('X', [happened()])).globalPosition);
    const next = await start(2);
    await eventually(async () => expect(await stateOf(old)).toBe('outdated'));
    await next.projections.waitFor('r', (await old.store.append('X', [happened()])).globalPosition);
    expect(await positionsRecordedBy(database, 'r')).toEqual([1, 2]);
    // The old code may have applied it in its last turn, and nobody runs the projection until the new one takes it.
    await eventually(async () => expect(await stateOf(next)).toBe('running'));
  });
});

const stateOf = async ({ projections }: TestApp) => (await projections.status())[0]!.state;
