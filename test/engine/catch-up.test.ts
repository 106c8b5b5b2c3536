import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, recordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

describe('a catch-up projection', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    app = await startApp(database.url, {
      projections: [
        recorder({ name: 'report', type: 'catch-up', batchSize: 2 }),
        recorder({ name: 'follower' }),
      ],
    });
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const append = (count: number) =>
    app.store.append(
      's',
      Array.from({ length: count }, (_, n) => happened(n)),
    );
  const reported = async () => (await recordedBy(database, 'report')).map(({ position }) => position);
  const idle = () =>
    eventually(async () => {
      const [report] = await app.projections.status();
      expect(report).toMatchObject({ name: 'report', state: 'idle' });
    });

  it('runs only when asked, to the head of that moment, and stops there', async () => {
    const { globalPosition } = await append(5);
    await app.projections.waitFor('follower', globalPosition);
    expect(await reported()).toEqual([]);

    expect(await app.projections.catchUp('report')).toBe(5n);
    expect(await reported()).toEqual([1, 2, 3, 4, 5]);
    await idle();
    await app.projections.waitFor('follower', (await append(3)).globalPosition);
    expect(await reported()).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on behind its last run, also after a restart', async () => {
    await append(3);
    await app.projections.catchUp('report');
    await append(2);
    await app.projections.catchUp('report');
    expect(await reported()).toEqual([1, 2, 3, 4, 5]);
    expect(await app.projections.catchUp('report')).toBe(5n);
    expect(await reported()).toHaveLength(5);
  });

  it('is a replay all along', async () => {
    await append(3);
    await app.projections.catchUp('report');
    expect((await recordedBy(database, 'report')).every(({ replaying }) => replaying)).toBe(true);
    await app.projections.waitFor('follower', 3n);
    expect((await recordedBy(database, 'follower')).some(({ replaying }) => replaying)).toBe(false);
  });

  it('that two ask for at the same time runs once', async () => {
    await append(7);
    await Promise.all([app.projections.catchUp('report'), app.projections.catchUp('report')]);
    expect(await reported()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('of an empty store is there already', async () => {
    expect(await app.projections.catchUp('report')).toBe(0n);
  });

  it('is what another type is waited for to be', async () => {
    await append(4);
    expect(await app.projections.catchUp('follower')).toBe(4n);
    expect(await recordedBy(database, 'follower')).toHaveLength(4);
  });
});
