import { Logger } from '@nestjs/common';
import type { ProjectionOptions, RecordedEvent } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';

const byCustomer = ({ data }: RecordedEvent) => (data as { customer: string }).customer;
const byCountry = ({ data }: RecordedEvent) => (data as { country: string }).country;

const statusOf = async (app: TestApp) => (await app.projections.status()).find(({ name }) => name === 'p')!;

describe('a changed segmentBy', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (options: Partial<ProjectionOptions>) => {
    const projections = [recorder({ name: 'p', batchSize: 5, ...options }), recorder({ name: 'other' })];
    const app = await startApp(database.url, { projections, options: { leaseMs: 1_000 } });
    apps.push(app);
    return app;
  };

  let n = 0;
  const append = async ({ store }: TestApp, count: number) => {
    let position = 0n;
    for (let i = 0; i < count; i++, n++) {
      const data = { customer: `c-${n % 17}`, country: `l-${n % 5}` };
      position = (await store.append(`s-${n}`, [{ type: 'Happened', data }])).globalPosition;
    }
    return position;
  };
  const segments = async () =>
    (await database.query('SELECT segment FROM projection_checkpoints WHERE projection = $1', ['p'])).length;
  /** Each event once: a position that is missing and one that is there twice both show. */
  const expectAllOnce = async (last: bigint) =>
    expect((await positionsRecordedBy(database, 'p')).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: Number(last) }, (_, i) => i + 1),
    );

  /** Events come in all the time while both run, as while pods are replaced one by one. */
  async function rollOut(before: Partial<ProjectionOptions>, after: Partial<ProjectionOptions>) {
    const old = await start(before);
    await append(old, 40);
    const writing = new AbortController();
    const writer = (async () => {
      let last = 0n;
      while (!writing.signal.aborted) last = await append(old, 1);
      return last;
    })();
    const fresh = await start(after);
    await eventually(async () => {
      const [row] = await database.query(
        'SELECT segmented_by = segment_by_wanted AND segments = segments_wanted AS done FROM projection_states WHERE projection = $1',
        ['p'],
      );
      expect(row).toEqual({ done: true });
    });
    await eventually(async () => expect(await segments()).toBe(after.segments));
    const mark = n;
    await eventually(() => expect(n).toBeGreaterThan(mark + 40));
    writing.abort();
    const last = await writer;
    await old.close();
    await fresh.projections.waitFor('p', last, { timeoutMs: 30_000 });
    await expectAllOnce(last);
  }

  it('that comes with the first segments is rolled out beside code without it, and no event is lost or doubled', async () => {
    await rollOut({}, { segments: 4, segmentBy: byCustomer });
  });

  it('with a raised version makes the segments anew where the old code has brought them together', async () => {
    await rollOut({ segments: 4, segmentBy: byCustomer }, { segments: 4, segmentBy: byCountry, version: 2 });
  });

  it('without a raised version is refused by name, whether the old code runs or not, and other projections go on', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const old = await start({ segments: 4, segmentBy: byCustomer });
    await old.projections.waitFor('p', await append(old, 20), { timeoutMs: 20_000 });
    const fresh = await start({ segments: 3, segmentBy: byCountry });
    const refusals = () =>
      warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('segmentBy'));
    await eventually(() => expect(refusals()).toHaveLength(1));
    expect(refusals()[0]).toMatch(
      /"p" does not run here: the segmentBy .* raise version in @Projection above 1/,
    );
    expect(await statusOf(fresh)).toMatchObject({
      state: 'retrying',
      error: { name: 'SegmentByChangedError' },
    });
    expect(await statusOf(old)).toMatchObject({ state: 'running', error: undefined });
    await fresh.projections.waitFor('p', await append(fresh, 20), { timeoutMs: 20_000 });
    await old.close();
    const last = await append(fresh, 20);
    await fresh.projections.waitFor('other', last, { timeoutMs: 20_000 });
    expect(await segments()).toBe(4);
    expect(await positionsRecordedBy(database, 'p')).toHaveLength(40);
    expect(refusals()).toHaveLength(1);

    await start({ segments: 4, segmentBy: byCustomer });
    await fresh.projections.waitFor('p', last, { timeoutMs: 20_000 });
    await expectAllOnce(last);
  });

  it('waits for the old code where the segments stand apart, says so, and goes on once it was there', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const old = await start({ segments: 4, segmentBy: byCustomer });
    const last = await append(old, 40);
    await old.projections.waitFor('p', last, { timeoutMs: 20_000 });
    await old.close();
    apps.splice(apps.indexOf(old), 1);
    // As where it was stopped in the middle: the hindmost has none of its events behind the first ten.
    const [row] = await database.query<{ behind: number[] }>(
      `WITH hindmost AS (
         UPDATE projection_checkpoints SET position = 10 WHERE projection = 'p' AND segment = 1 RETURNING 1
       ) SELECT array_agg(position) AS behind FROM recorded, hindmost WHERE projection = 'p' AND position > 10`,
    );
    expect(row!.behind.length).toBeGreaterThan(0);
    await database.query(`DELETE FROM recorded WHERE projection = 'p' AND position > 10`);

    const fresh = await start({ segments: 4, segmentBy: byCountry, version: 2 });
    await eventually(() =>
      expect(warn).toHaveBeenCalledWith(
        expect.stringMatching(/"p" waits here .* stand at different positions/),
      ),
    );
    expect(
      await database.query(`SELECT position FROM recorded WHERE projection = 'p' AND position > 10`),
    ).toEqual([]);

    await start({ segments: 4, segmentBy: byCustomer });
    const newest = await append(fresh, 10);
    await fresh.projections.waitFor('p', newest, { timeoutMs: 20_000 });
    const after = await positionsRecordedBy(database, 'p');
    expect(new Set(after).size).toBe(after.length);
    // What segment 1 had left, and all that is new; what the others had applied was not applied again.
    expect(after.filter((position) => position > last)).toHaveLength(10);
    const again = after.filter((position) => position > 10 && position <= last);
    expect(again.length).toBeGreaterThan(0);
    expect(again.length).toBeLessThan(30);
  });
});
