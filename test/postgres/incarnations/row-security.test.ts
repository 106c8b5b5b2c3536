import { ProjectionHealthIndicator } from 'nestjs-projections';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { happened } from '../../support/store';

const role = `tenant_${process.pid}`;

describe('row-level security that hides events', () => {
  let database: TestDatabase;
  let app: TestApp;
  let url: string;
  const projections = [recorder({ name: 'log' })];

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const owner = await startApp(database.url, { projections, options: { run: false } });
    await owner.store.append('a', [happened(), happened()]);
    await owner.close();
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO ${role};
      GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role};
      CREATE POLICY mine ON events TO ${role} USING (stream_id = 'mine')`);
    url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
  });
  afterEach(() => app?.close());
  afterAll(async () => {
    await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await database.drop();
  });

  const switchTo = (state: string) => database.query(`ALTER TABLE events ${state} ROW LEVEL SECURITY`);
  const start = (more: typeof projections = []) =>
    startApp(url, { projections: [...projections, ...more], options: { migrate: false } });

  it('is passed by nobody at the start, and told', async () => {
    await switchTo('ENABLE');
    app = await start();
    const [status] = await app.projections.status();
    expect(status).toMatchObject({ state: 'retrying', position: 0n, error: { name: 'RowSecurityError' } });
    expect(status!.error!.message).toContain(role);
    const health = await app.get(ProjectionHealthIndicator).isHealthy('key');
    expect(health.key.status).toBe('down');

    await switchTo('DISABLE');
    await app.projections.waitFor('log', 2n);
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2]);
  });

  it('is noticed when it is switched on later', async () => {
    app = await start();
    const { settled } = await app.store.head();
    await switchTo('ENABLE');
    await database.query(
      `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), 'other', 1, 'Happened', '{}')`,
    );
    await expect(app.store.head()).rejects.toMatchObject({ name: 'RowSecurityError' });
    const page = { after: 0n, upTo: settled, types: undefined, limit: 10, maxBytes: 1_000_000 };
    await expect(app.store.readPage(page)).rejects.toMatchObject({ name: 'RowSecurityError' });
    await switchTo('DISABLE');
    await app.projections.waitFor('log', settled + 1n);
    expect(await positionsRecordedBy(database, 'log')).toHaveLength(Number(settled) + 1);
    await eventually(async () =>
      expect(await app.projections.status()).toMatchObject([{ state: 'running' }]),
    );
  });

  it('keeps a new projection from beginning, which would not know what is history to it, and no other', async () => {
    const begun = () => database.query(`SELECT FROM projection_states WHERE projection = 'new'`);
    await switchTo('ENABLE');
    app = await start([recorder({ name: 'new' })]);
    expect(await begun()).toEqual([]);
    await eventually(async () => {
      const statuses = await app.projections.status();
      expect(statuses.find(({ name }) => name === 'new')).toMatchObject({
        error: { name: 'RowSecurityError' },
      });
    });
    await switchTo('DISABLE');
    await eventually(async () => expect(await begun()).toHaveLength(1));
    const { settled } = await app.store.head();
    await app.projections.waitFor('new', settled);
    expect(await positionsRecordedBy(database, 'new')).toHaveLength(Number(settled));
  });

  it('has a live projection begin at the head that it sees first', async () => {
    await switchTo('ENABLE');
    app = await start([recorder({ name: 'live', type: 'live' })]);
    await switchTo('DISABLE');
    const { settled } = await app.store.head();
    await eventually(async () => {
      const statuses = await app.projections.status();
      expect(statuses.find(({ name }) => name === 'live')).toMatchObject({
        state: 'running',
        position: settled,
      });
    });
    const { globalPosition } = await app.store.append('b', [happened()]);
    await app.projections.waitFor('live', globalPosition);
    expect(await positionsRecordedBy(database, 'live')).toEqual([Number(globalPosition)]);
  });
});
