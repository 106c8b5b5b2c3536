import { EventStore } from 'nestjs-projections';
import { positionsRecordedBy, recorder } from '../support/recorder';
import { FOREIGN } from './foreign-app';
import { facts, useForeign } from './use-foreign';

const APPEND = `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), $1, 1, 'Happened', '{}')`;

describe("how far a source is settled by its projections' checkpoints", () => {
  const use = useForeign();

  it('says nothing about the store beside it', async () => {
    await use.foreign.query('ALTER TABLE legacy.facts ALTER nr RESTART WITH 100');
    const theirs = recorder({ name: 'theirs', source: FOREIGN });
    const before = await use.start([theirs]);
    await before.projections.waitFor('theirs', await use.add('ref'));
    await before.close();

    const open = await use.database.connect();
    await open.query('BEGIN');
    await open.query(APPEND, ['open']);
    await use.database.query(`SELECT setval(pg_get_serial_sequence('events', 'global_position'), 199)`);
    await use.database.query(APPEND, ['later']);
    const after = await use.start([theirs, recorder({ name: 'own' })], facts());
    expect((await after.app.get(EventStore).head()).settled).toBe(0n);
    await open.query('COMMIT');
    await after.projections.waitFor('own', 200n);
    expect(await positionsRecordedBy(use.database, 'own')).toEqual([1, 200]);
  });
});
