import { EntitySchema } from 'typeorm';
import { ForeignWriteError } from '../../src/read-models/row.errors';
import { NOW, useRows } from './rows';

interface Counter {
  id: number;
  n: number;
}

const Counters = new EntitySchema<Counter>({
  name: 'counters',
  columns: { id: { type: 'int', primary: true }, n: { type: 'int' } },
});

const KeyOnly = new EntitySchema<{ id: number }>({
  name: 'key_only',
  columns: { id: { type: 'int', primary: true } },
});

describe('saving folded rows', () => {
  const rows = useRows([Counters, KeyOnly]);
  const sql = (text: string) => rows.now.client.query(text);
  const does = (text: string) => () => sql(text);
  const stored = async () =>
    (await rows.now.client.query<Counter>('SELECT id, n FROM counters ORDER BY id')).rows;

  beforeEach(() => sql('TRUNCATE counters; INSERT INTO counters VALUES (1, 10)'));

  it('refuses to overwrite what somebody else updated', async () => {
    const saved = rows.now.update(Counters, 1, (row) => row.n++, does('UPDATE counters SET n = 99'));
    await expect(saved).rejects.toThrow(ForeignWriteError);
    await expect(saved).rejects.toThrow(
      'Projection "p" found 1 of 1 rows of "counters" written by somebody else',
    );
    expect(await stored()).toEqual([{ id: 1, n: 99 }]);
  });

  it('refuses to overwrite with the same value, too', async () => {
    const touch = does('UPDATE counters SET n = n');
    await expect(rows.now.update(Counters, 1, (row) => row.n++, touch)).rejects.toThrow(ForeignWriteError);
    expect(await stored()).toEqual([{ id: 1, n: 10 }]);
  });

  it('refuses to update what somebody else deleted, or deleted and made again', async () => {
    const remove = does('DELETE FROM counters');
    await expect(rows.now.update(Counters, 1, (row) => row.n++, remove)).rejects.toThrow(ForeignWriteError);
    expect(await stored()).toEqual([]);
    await sql('INSERT INTO counters VALUES (1, 10)');
    const again = async () => {
      await remove();
      await sql('INSERT INTO counters VALUES (1, 5)');
    };
    await expect(rows.now.update(Counters, 1, (row) => row.n++, again)).rejects.toThrow(ForeignWriteError);
    expect(await stored()).toEqual([{ id: 1, n: 5 }]);
  });

  it('refuses to insert over what somebody else inserted', async () => {
    await expect(rows.now.insert(Counters, 1, { n: 1 })).rejects.toThrow(ForeignWriteError);
    expect(await stored()).toEqual([{ id: 1, n: 10 }]);
  });

  it('refuses to delete what somebody else updated or deleted', async () => {
    const update = does('UPDATE counters SET n = 99');
    await expect(rows.now.delete(Counters, 1, update)).rejects.toThrow(ForeignWriteError);
    expect(await stored()).toEqual([{ id: 1, n: 99 }]);
    await expect(rows.now.delete(Counters, 1, does('DELETE FROM counters'))).rejects.toThrow(
      ForeignWriteError,
    );
  });

  it('takes a write of another session that was rolled back for none', async () => {
    const rolledBack = does('BEGIN; UPDATE counters SET n = 99; ROLLBACK');
    await rows.now.update(Counters, 1, (row) => row.n++, rolledBack);
    expect(await stored()).toEqual([{ id: 1, n: 11 }]);
  });

  it('deletes before it inserts, so that a row may come in the place of another', async () => {
    const table = rows.now.table(Counters);
    const key = table.keyOf('1');
    const [stamp] = await table.load(rows.now.client, [key]);
    const row = table.settle({ n: 1 }, key, undefined, NOW);
    await table
      .encode({ inserts: [{ key, row }], updates: [], deletes: [{ key, stamp: stamp! }] })
      .save(rows.now.client);
    expect(await stored()).toEqual([{ id: 1, n: 1 }]);
  });

  it('saves what was encoded, whatever becomes of the rows meanwhile', async () => {
    const table = rows.now.table(Counters);
    const key = table.keyOf('2');
    await table.load(rows.now.client, [key]);
    const row = table.settle({ n: 1 }, key, undefined, NOW) as Counter;
    const encoded = table.encode({ inserts: [{ key, row }], updates: [], deletes: [] });
    row.n = 2;
    await encoded.save(rows.now.client);
    expect(await stored()).toContainEqual({ id: 2, n: 1 });
  });

  it('touches rows that are nothing but a key', async () => {
    await rows.now.insert(KeyOnly, 1, {});
    await rows.now.update(KeyOnly, 1);
    await expect(rows.now.update(KeyOnly, 1, undefined, does('UPDATE key_only SET id = id'))).rejects.toThrow(
      ForeignWriteError,
    );
  });

  it('saves 10,000 rows in a statement', async () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => n + 2);
    await rows.now.insertAll(Counters, new Map(ids.map((id) => [id, { n: id }])));
    await rows.now.updateAll(Counters, ids, (row) => (row.n += 1));
    const [sums] = await rows.now.database.query(
      'SELECT count(*)::int, sum(n - id)::int AS added FROM counters WHERE id > 1',
    );
    expect(sums).toEqual({ count: 10_000, added: 10_000 });
  });
});
