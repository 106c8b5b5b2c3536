import { OnAny, Projection, type RecordedEvent } from 'nestjs-projections';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { FOREIGN, startForeignApp } from './foreign-app';
import { AT_ONCE } from './foreign-store';
import { marten } from './stores/marten';

const given: bigint[] = [];

@Projection({ name: 'live', type: 'live', source: FOREIGN })
class Live {
  @OnAny()
  see({ globalPosition }: RecordedEvent) {
    given.push(globalPosition);
  }
}

const TOMBSTONE = `
  WITH stream AS (INSERT INTO mt_streams (id) VALUES ('2e9a1ef3-0a9b-4fd3-9c49-9b1e1ff4ff4c') RETURNING id)
  INSERT INTO mt_events (seq_id, id, stream_id, version, data, type)
  SELECT $1, gen_random_uuid(), id, $1, '{}', 'tombstone' FROM stream`;

describe('tombstones, which Marten writes to positions that it has rolled back', () => {
  let database: TestDatabase;
  let foreign: TestDatabase;

  beforeEach(async () => {
    [database, foreign] = await Promise.all([createDatabase(), createDatabase()]);
    await marten.create(foreign);
  });
  afterEach(() => Promise.all([database.drop(), foreign.drop()]));

  it('are no events, and no sign of another store, in which all would be new', async () => {
    const writer = await marten.connect(foreign.url);
    await writer.append('1', 1, AT_ONCE);
    const { projections, close } = await startForeignApp(database.url, {
      foreignUrl: foreign.url,
      source: marten.source({ dataSource: FOREIGN }),
      projections: [Live],
    });
    try {
      const before = await writer.append('1', 2, AT_ONCE);
      await projections.waitFor('live', before!);
      await writer.append('1', 3, { lastsMs: 0, commits: false });
      await eventually(async () => expect((await projections.status())[0]!.head).toBe(3n));

      await foreign.query(TOMBSTONE, [3]);
      const after = await writer.append('1', 4, AT_ONCE);
      await projections.waitFor('live', after!);
      expect(given).toEqual([before, after]);
    } finally {
      await writer.end();
      await close();
    }
  });
});
