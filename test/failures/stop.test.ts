import { LOG_TABLE, type Fault, logProjection } from './log-projection';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

describe('stop', () => {
  let database: TestDatabase;
  let app: TestApp;
  const fault: { now: Fault } = { now: () => undefined };
  const projections = [logProjection('stop', fault)];

  beforeEach(async () => {
    database = await createDatabase();
    await database.query(LOG_TABLE);
    app = await startApp(database.url, { projections });
    fault.now = ({ streamId, version }) => {
      if (streamId === 'X' && version === 2) throw new Error('two');
    };
    await app.store.append(
      'X',
      [1, 2, 3].map((n) => ({ type: 'Happened', data: { n } })),
    );
    await expect(app.projections.waitFor('log', 3n)).rejects.toThrow('two');
  });

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const versions = () =>
    database
      .query<{ version: number }>('SELECT DISTINCT version FROM log ORDER BY 1')
      .then((rows) => rows.map(({ version }) => version));

  it('halts before the event, says all about it, and stays halted over a restart', async () => {
    expect(await versions()).toEqual([1]);
    const message = expect.stringMatching(
      /"log" failed in any\(\) on Happened at position 2 \(stream "X", version 2\): Error: two\..*Next:.*skip position 2/,
    ) as string;
    expect(await app.projections.status()).toMatchObject([
      { state: 'stopped', position: 1n, error: { message, position: 2n } },
    ]);
    await app.close();
    app = await startApp(database.url, { projections });
    expect(await app.projections.status()).toMatchObject([{ state: 'stopped', error: { message } }]);
  });

  it('resumes with the event itself', async () => {
    fault.now = () => undefined;
    await app.projections.resume('log', { by: 'test', reason: 'mended' });
    await app.projections.waitFor('log', 3n);
    expect(await versions()).toEqual([1, 2, 3]);
  });

  it('skips the event it stopped before, no other, and only with a reason', async () => {
    await expect(app.projections.skip('log', 3n, 'wrong one')).rejects.toThrow(
      'not stopped before position 3',
    );
    await expect(app.projections.skip('log', 2n, '')).rejects.toThrow('reason');
    await app.projections.skip('log', 2n, 'test event', { by: 'test' });
    await app.projections.waitFor('log', 3n);
    expect(await versions()).toEqual([1, 3]);
    expect(await database.query('SELECT action, actor, reason FROM projection_audit')).toEqual([
      { action: 'skip', actor: 'test', reason: 'test event' },
    ]);
  });
});
