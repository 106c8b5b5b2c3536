import { EntitySchema, type ObjectLiteral } from 'typeorm';
import { useRows } from './rows';

const entity = (name: string, keys: Record<string, string>) =>
  new EntitySchema<ObjectLiteral>({
    name,
    columns: {
      ...Object.fromEntries(
        Object.entries(keys).map(([key, type]) => [key, { type: type as 'int', primary: true }]),
      ),
      n: { type: 'int' },
      total: { type: 'numeric', precision: 12, scale: 2 },
    },
  });

const ByText = entity('by_text', { id: 'text' });
const ByInet = entity('by_inet', { id: 'inet' });
const ByDayAndShop = entity('by_day_and_shop', { day: 'date', shop: 'int' });

const FILLS = {
  by_text: `'order-' || i`,
  by_inet: `'10.0.0.0'::inet + i`,
  by_day_and_shop: `date '2020-01-01' + i / 100, i % 100`,
};

const ROWS = 100_000;
const KEYS = 2_000;

describe.each(['without statistics', 'with statistics'])('folded rows among many, %s', (statistics) => {
  const rows = useRows([ByText, ByInet, ByDayAndShop]);

  beforeAll(async () => {
    for (const [table, keys] of Object.entries(FILLS))
      await rows.now.client.query(`
        ALTER TABLE ${table} SET (autovacuum_enabled = false);
        INSERT INTO ${table} SELECT ${keys}, i, 0 FROM generate_series(1, ${ROWS}) i;
        ${statistics === 'with statistics' ? `ANALYZE ${table};` : ''}`);
    // What each statement did is told on the connection itself.
    await rows.now.client.query(`
      LOAD 'auto_explain';
      SET auto_explain.log_min_duration = 0;
      SET client_min_messages = log`);
  });

  it.each<[EntitySchema<ObjectLiteral>, (n: number) => unknown]>([
    [ByText, (n) => `order-${n}`],
    [ByInet, (n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`],
    [ByDayAndShop, (n) => ({ day: new Date(2020, 0, 1 + Math.floor(n / 100)), shop: n % 100 })],
  ])('are read and written by the index of their key: %p', async (target, keyOf) => {
    const plans: string[] = [];
    rows.now.client.on('notice', ({ message }) => plans.push(message ?? ''));
    const given = Array.from({ length: KEYS }, (_, n) => keyOf(n * 50 + 1));
    await rows.now.updateAll(target, given, (row) => row.n++);
    for (const key of given.slice(0, 3)) await rows.now.delete(target, key);
    // Of the loads, the update and the deletes.
    const own = plans.filter((plan) => plan.includes(target.options.name));
    expect(own.length).toBeGreaterThanOrEqual(8);
    const scans = own.filter((plan) => / Seq Scan on (?!pg_)/.test(plan));
    expect(scans.map((plan) => plan.replace(/(\{.{50})[^}]*/g, '$1...'))).toEqual([]);
  });
});

describe('folded rows of a table that has grown', () => {
  const rows = useRows([ByText]);

  it('are read and written by the index, whatever was planned when they were few', async () => {
    const { client } = rows.now;
    const few = new Map(Array.from({ length: 5 }, (_, n) => [`few-${n}`, { n, total: '0' }]));
    await rows.now.insertAll(ByText, few);
    await client.query('ALTER TABLE by_text SET (autovacuum_enabled = false)');
    await client.query('VACUUM ANALYZE by_text');
    const update = () => rows.now.update(ByText, 'few-1', (row) => row.n++);
    for (let at = 0; at < 10; at++) await update();

    const many = new Map(Array.from({ length: 20_000 }, (_, n) => [`many-${n}`, { n, total: '0' }]));
    await rows.now.insertAll(ByText, many);
    const scans = 'SELECT seq_scan FROM pg_stat_user_tables WHERE relname = $1';
    await client.query('SELECT pg_stat_force_next_flush()');
    const before = await rows.now.database.query(scans, ['by_text']);
    await update();
    await client.query('SELECT pg_stat_force_next_flush()');
    expect(await rows.now.database.query(scans, ['by_text'])).toEqual(before);
  });
});
