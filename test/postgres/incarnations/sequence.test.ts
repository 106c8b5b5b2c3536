import { startApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { happened, headOf, startStore } from '../../support/store';

const SETVAL = `SELECT setval(pg_get_serial_sequence('"events"', 'global_position'), max(global_position)) FROM "events"`;

describe('the sequence of the positions', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const app = await startApp(database.url);
    await app.store.append('a', [happened(), happened(), happened(), happened()]);
    await app.close();
  });
  afterEach(() => database.drop());

  it.each([
    'ALTER TABLE events ALTER COLUMN global_position RESTART WITH 5',
    `SELECT setval(pg_get_serial_sequence('events', 'global_position'), max(global_position) + 1, false) FROM events`,
  ])('ends at the last event where it was set to the next: %s', async (sql) => {
    await database.query(sql);
    const app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    try {
      expect(await headOf(app)).toEqual({ settled: 4, pending: false });
      await app.projections.waitFor('log', 4n);
      expect((await app.store.append('b', [happened()])).globalPosition).toBe(5n);
      await app.projections.waitFor('log', 5n);
      expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2, 3, 4, 5]);
    } finally {
      await app.close();
    }
  });

  it('may get another name while the application runs', async () => {
    const app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    try {
      await app.projections.waitFor('log', 4n);
      await database.query('ALTER SEQUENCE events_global_position_seq RENAME TO positions');
      const { globalPosition } = await app.store.append('b', [happened()]);
      await app.projections.waitFor('log', globalPosition);
      expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2, 3, 4, 5]);
    } finally {
      await app.close();
    }
  });

  it('refuses the start where it lies behind the table, and says what to run', async () => {
    await database.query('ALTER TABLE events ALTER COLUMN global_position RESTART');
    const started = startApp(database.url);
    await expect(started).rejects.toMatchObject({ name: 'SequenceBehindError' });
    const { message } = (await started.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(/stands at 0, behind the last event at 4/);
    expect(message).toContain(SETVAL);
    expect(message).not.toMatch(/rebuild the/i);
    await database.query(SETVAL);
    await (await startApp(database.url)).close();
  });

  it('is noticed while running, and passes when it is put right', async () => {
    const app = await startStore(database.url);
    try {
      await database.query(`SELECT setval(pg_get_serial_sequence('events', 'global_position'), 2)`);
      await expect(app.store.head()).rejects.toMatchObject({ name: 'SequenceBehindError' });
      await database.query(SETVAL);
      expect(await headOf(app)).toEqual({ settled: 4, pending: false });
    } finally {
      await app.close();
    }
  });

  it('is missed where the column is no identity any more: status says so, and how to mend it', async () => {
    const app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    try {
      await app.projections.waitFor('log', 4n);
      await database.query('ALTER TABLE events ALTER COLUMN global_position DROP IDENTITY');
      const [status] = await app.projections.status();
      expect(status).toMatchObject({ state: 'retrying', error: { name: 'MissingIdentityError' } });
      await expect(startApp(database.url)).rejects.toMatchObject({ name: 'MissingIdentityError' });

      await database.query(/Run: (.*)$/.exec(status!.error!.message)![1]!);
      const { globalPosition } = await app.store.append('b', [happened()]);
      await app.projections.waitFor('log', globalPosition);
      expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2, 3, 4, 5]);
    } finally {
      await app.close();
    }
  });

  it.each(['CACHE 20', 'CYCLE', 'INCREMENT -1'])(
    'is refused while running once it has %s',
    async (change) => {
      const app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
      try {
        await app.projections.waitFor('log', 4n);
        await database.query(`ALTER SEQUENCE events_global_position_seq ${change}`);
        await expect(app.store.head()).rejects.toMatchObject({ name: 'UnsafeSequenceError' });
        const status = await app.projections.status();
        expect(status).toMatchObject([{ state: 'retrying', error: { name: 'UnsafeSequenceError' } }]);
        await database.query('ALTER SEQUENCE events_global_position_seq CACHE 1 NO CYCLE INCREMENT 1');
        const { globalPosition } = await app.store.append('b', [happened()]);
        await app.projections.waitFor('log', globalPosition);
      } finally {
        await app.close();
      }
    },
  );

  it('may be renamed', async () => {
    const app = await startStore(database.url);
    try {
      await database.query('ALTER SEQUENCE events_global_position_seq RENAME TO other');
      expect(await headOf(app)).toEqual({ settled: 4, pending: false });
    } finally {
      await app.close();
    }
  });

  it('is refused where it counts down or in a circle', async () => {
    await database.query('ALTER SEQUENCE events_global_position_seq CYCLE');
    await expect(startApp(database.url)).rejects.toMatchObject({ name: 'UnsafeSequenceError' });
  });

  it('needs no more than USAGE', async () => {
    const role = `limited_${process.pid}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA public TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    const url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
    try {
      const app = await startApp(url, { options: { migrate: false } });
      expect(await headOf(app)).toEqual({ settled: 4, pending: false });
      await app.close();
      await database.query(`REVOKE USAGE ON SEQUENCE events_global_position_seq FROM ${role}`);
      await expect(startApp(url, { options: { migrate: false } })).rejects.toThrow(/GRANT SELECT/);
    } finally {
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});
