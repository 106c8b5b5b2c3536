import { startApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { happened, headOf, positionsIn, NO_POLLING } from '../../support/store';

const OPTIONS = { options: { ...NO_POLLING, listen: false } };
const COLUMNS = `
  global_position bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  stream_id text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()`;

/** What can be had where the key of the partitions is the stream. */
const BY_STREAM = `
  CREATE TABLE events (${COLUMNS},
    PRIMARY KEY (global_position, stream_id), UNIQUE (stream_id, version), UNIQUE (id, stream_id)
  ) PARTITION BY LIST (stream_id);
  CREATE TABLE events_new PARTITION OF events FOR VALUES IN ('s-3');
  CREATE TABLE events_old PARTITION OF events DEFAULT`;

const BY_POSITION = `
  CREATE TABLE events (${COLUMNS},
    PRIMARY KEY (global_position), UNIQUE (stream_id, version, global_position)
  ) PARTITION BY RANGE (global_position);
  CREATE TABLE events_all PARTITION OF events DEFAULT`;

describe('an events table that was partitioned by hand', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createDatabase();
    await (await startApp(database.url)).close();
  });
  afterEach(() => database.drop());

  it('by stream is waited for where a writer goes to a partition directly', async () => {
    await database.query(`DROP TABLE events; ${BY_STREAM}`);
    const app = await startApp(database.url, OPTIONS);
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

  it('by stream refuses a version, and an id of the stream, that are there already', async () => {
    await database.query(`DROP TABLE events; ${BY_STREAM}`);
    const app = await startApp(database.url, OPTIONS);
    const id = '0199a3c0-0000-7000-8000-000000000001';
    await app.store.append('s-3', [{ ...happened(), id }], { expectedVersion: 0 });
    const both = await Promise.allSettled(
      [1, 2].map((n) => app.store.append('s-3', [happened(n)], { expectedVersion: 1 })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const again = app.store.append('s-3', [{ ...happened(9), id }]);
    await expect(again).rejects.toMatchObject({ name: 'EventIdReusedError' });
    await app.close();
  });

  it('by position is refused at the start, for nothing would keep a version from being there twice', async () => {
    await database.query(`DROP TABLE events; ${BY_POSITION}`);
    await expect(startApp(database.url, OPTIONS)).rejects.toMatchObject({
      name: 'MissingConstraintError',
      message: expect.stringMatching(
        /\(stream_id, version\).*ADD UNIQUE.*partitioned by stream_id/s,
      ) as string,
    });
  });

  it('under a running application is followed on where it can be', async () => {
    const app = await startApp(database.url, OPTIONS);
    await app.store.append('s-1', [happened(), happened()]);
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
    await database.query(`ALTER TABLE events RENAME TO events_before; ${BY_STREAM};
      INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM events_before;
      SELECT setval(pg_get_serial_sequence('events', 'global_position'), 2)`);
    const { globalPosition } = await app.store.append('s-3', [happened()]);
    expect(globalPosition).toBe(3n);
    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
    expect(await positionsIn(app)).toEqual([1, 2, 3]);
    await app.close();
  });

  it('under a running application by position is refused by the next look and then by every append', async () => {
    const app = await startApp(database.url, OPTIONS);
    await app.store.append('s-1', [happened()]);
    await app.store.head();
    await database.query(`ALTER TABLE events RENAME TO events_before; ${BY_POSITION}`);
    await expect(app.store.head()).rejects.toMatchObject({ name: 'MissingConstraintError' });
    await expect(app.store.append('s-1', [happened()])).rejects.toMatchObject({
      name: 'MissingConstraintError',
    });
    await database.query('DROP TABLE events; ALTER TABLE events_before RENAME TO events');
    await app.store.head();
    await app.store.append('s-1', [happened()]);
    await app.close();
  });
});
