import { startApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { headOf, positionsIn, NO_POLLING } from '../../support/store';

describe('an events table that was partitioned by hand', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    await (await startApp(database.url)).close();
    await database.query('DROP TABLE events');
    await database.query(`
      CREATE TABLE events (
        global_position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL,
        stream_id text NOT NULL,
        version bigint NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
      ) PARTITION BY RANGE (global_position)`);
    await database.query('CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (0) TO (3)');
    await database.query('CREATE TABLE events_new PARTITION OF events FOR VALUES FROM (3) TO (1000)');
  });
  afterAll(() => database.drop());

  it('is waited for where a writer goes to a partition directly', async () => {
    const app = await startApp(database.url, { options: { ...NO_POLLING, listen: false } });
    const [direct, other] = [await database.connect(), await database.connect()];
    await insertEvent(other, 's-1');
    await insertEvent(other, 's-2');
    await direct.query('BEGIN');
    await direct.query(
      `INSERT INTO events_new (id, stream_id, version, type, data) VALUES (gen_random_uuid(), 's-3', 1, 'Happened', '{}')`,
    );
    await insertEvent(other, 's-4');
    expect(await headOf(app)).toEqual({ settled: 2, pending: true });

    await direct.query('COMMIT');
    expect(await headOf(app)).toEqual({ settled: 4, pending: false });
    expect(await positionsIn(app)).toEqual([1, 2, 3, 4]);
    await app.close();
  });
});
