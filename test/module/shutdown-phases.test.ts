import { join } from 'node:path';
import { startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { FixtureProcess } from '../support/fixture-process';
import { type Proxy, startProxy } from '../support/proxy';
import { recorder } from '../support/recorder';
import { happened } from '../support/store';

/** A process that turns in circles, or waits for ever, is found out by the time limit of the test. */
const LIMIT_MS = 30_000;

const PHASES = ['open', 'watch', 'register', 'look', 'beat', 'take', 'leave'];

describe('SIGTERM', () => {
  let database: TestDatabase;
  const processes: FixtureProcess[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    // The projection stands at the head, as after any restart.
    const app = await startApp(database.url, { projections: [recorder({ name: 'one', types: ['Other'] })] });
    const { globalPosition } = await app.store.append('s', [happened()]);
    await app.projections.waitFor('one', globalPosition);
    await app.close();
  });
  afterEach(() => Promise.all(processes.splice(0).map((one) => one.kill())));
  afterAll(() => database.drop());

  const run = (phase: string, url = database.url, by = 'SIGTERM') => {
    const env = { PHASE: phase, BY: by };
    const child = new FixtureProcess(join(__dirname, 'shutdown-phases.fixture.ts'), url, env);
    processes.push(child);
    return child;
  };
  const liveLeases = () =>
    database.query('SELECT projection FROM projection_leases WHERE expires_at > clock_timestamp()');

  it.each(PHASES)(
    'in the phase "%s" ends the process and leaves no lease',
    async (phase) => {
      expect(await run(phase).ended).toEqual({ code: null, signal: 'SIGTERM' });
      expect(await liveLeases()).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each(PHASES)(
    'as app.close() in the phase "%s" leaves nothing that keeps the process, and no lease',
    async (phase) => {
      const child = run(phase, database.url, 'close');
      await child.says('closed');
      expect(await child.ended).toEqual({ code: 0, signal: null });
      expect(await liveLeases()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'ends the process while somebody has the table of the leases locked',
    async () => {
      const child = run('none');
      await child.says('started');
      const locker = await database.connect();
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE projection_leases');
      expect(await endsOf(child)).toEqual({ code: null, signal: 'SIGTERM' });
      await locker.query('ROLLBACK');
    },
    2 * LIMIT_MS,
  );

  it(
    'ends the process while the database says nothing more',
    async () => {
      const proxy: Proxy = await startProxy(database.url);
      try {
        const child = run('none', proxy.url);
        await child.says('started');
        proxy.silenceAll();
        expect(await endsOf(child)).toEqual({ code: null, signal: 'SIGTERM' });
      } finally {
        await proxy.stop();
      }
    },
    2 * LIMIT_MS,
  );
});

/** In time for the test's own limit. */
async function endsOf(child: FixtureProcess): Promise<unknown> {
  await child.kill('SIGTERM');
  return child.ended;
}
