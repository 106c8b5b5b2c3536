import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { happened, startStore } from '../../support/store';

describe('reading', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    // Positions 1 to 6, by turns.
    for (let version = 1; version <= 3; version++)
      for (const streamId of ['a', 'b'])
        await app.store.append(streamId, [{ ...happened(version), type: `Type${version}` }]);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const positions = async (...args: Parameters<TestApp['store']['readAll']>) =>
    (await app.store.readAll(...args)).map(({ globalPosition }) => Number(globalPosition));
  const versions = async (...args: Parameters<TestApp['store']['readStream']>) =>
    (await app.store.readStream(...args)).map(({ version }) => version);

  it('gives a stream by version, from and as far as asked', async () => {
    expect(await versions('b')).toEqual([1, 2, 3]);
    expect(await versions('b', { fromVersion: 2 })).toEqual([2, 3]);
    expect(await versions('b', { limit: 2 })).toEqual([1, 2]);
    expect(await versions('b', { fromVersion: 2, limit: 1 })).toEqual([2]);
    expect(await versions('b', { fromVersion: 4 })).toEqual([]);
    expect(await versions('nobody')).toEqual([]);
  });

  it('gives all streams by position, behind, of and as far as asked', async () => {
    expect(await positions()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await positions({ after: 4n })).toEqual([5, 6]);
    expect(await positions({ limit: 2 })).toEqual([1, 2]);
    expect(await positions({ after: 1n, limit: 3, types: ['Type1', 'Type3'] })).toEqual([2, 5, 6]);
    expect(await positions({ types: [] })).toEqual([]);
    expect(await positions({ types: ['Unknown'] })).toEqual([]);
    expect(await positions({ after: 6n })).toEqual([]);
    expect(await positions({ limit: 0 })).toEqual([]);
  });

  it('gives all streams up to the settled head, and one stream as committed', async () => {
    const [open, writer] = [await database.connect(), await database.connect()];
    await open.query('BEGIN');
    await insertEvent(open, 'open');
    await insertEvent(writer, 'late');
    expect(await positions()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await versions('late')).toEqual([1]);
    expect(await versions('open')).toEqual([]);
    await open.query('COMMIT');
    expect(await positions({ after: 6n })).toEqual([7, 8]);
  });

  it('gives a thousand events unless told otherwise', async () => {
    await app.store.append(
      'many',
      Array.from({ length: 1100 }, () => happened()),
    );
    expect(await positions()).toHaveLength(1000);
    expect(await positions({ limit: 1105 })).toHaveLength(1105);
    expect(await versions('many')).toHaveLength(1100);
  });
});
