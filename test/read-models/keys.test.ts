import { EntitySchema, type EntitySchemaColumnOptions, type ObjectLiteral } from 'typeorm';
import { InvalidRowKeyError, RowKeyMismatchError } from '../../src/read-models/row.errors';
import { useRows } from './rows';

interface Keyed {
  id: string;
  note: string | null;
}

const cents = { to: (value: unknown) => Number(value) * 100, from: (value: number) => value / 100 };
const prefixed = { to: (value: string) => `x-${value}`, from: (value: string) => value.slice(2) };
const upper = { to: (value: string) => value?.toUpperCase(), from: (value: string) => value };

const COLUMNS = {
  int: { type: 'int' },
  bigint: { type: 'bigint' },
  numeric: { type: 'numeric', precision: 10, scale: 2 },
  float: { type: 'float' },
  uuid: { type: 'uuid' },
  text: { type: 'text' },
  citext: { type: 'citext' },
  varchar: { type: 'varchar', length: 5 },
  char: { type: 'char', length: 5 },
  boolean: { type: 'boolean' },
  real: { type: 'real' },
  second: { type: 'timestamptz', precision: 0 },
  time: { type: 'time' },
  interval: { type: 'interval' },
  macaddr: { type: 'macaddr' },
  date: { type: 'date' },
  timestamptz: { type: 'timestamptz' },
  timestamp: { type: 'timestamp' },
  enum: { type: 'enum', enum: ['a', 'NULL', 'b c'] },
  inet: { type: 'inet' },
  bytea: { type: 'bytea' },
  cents: { type: 'int', transformer: cents },
  prefixed: { type: 'text', transformer: prefixed },
  upper: { type: 'varchar', transformer: upper },
} as const satisfies Record<string, Omit<EntitySchemaColumnOptions, 'primary'>>;

type Name = keyof typeof COLUMNS;

const entities = Object.fromEntries(
  Object.entries(COLUMNS).map(([name, column]) => [
    name,
    new EntitySchema<Keyed>({
      name: `by_${name}`,
      columns: {
        id: { ...column, primary: true },
        note: { type: 'text', nullable: true },
      },
    }),
  ]),
) as unknown as Record<Name, EntitySchema<Keyed>>;

const Pair = new EntitySchema<ObjectLiteral>({
  name: 'by_pair',
  columns: {
    day: { type: 'date', primary: true },
    shop: { type: 'int', primary: true },
    note: { type: 'text' },
  },
});

const DAY = new Date('2026-02-03T04:05:06.789Z');

describe('the key of a row', () => {
  const rows = useRows([...Object.values(entities), Pair], { before: 'CREATE EXTENSION citext' });

  it.each<[Name, ...unknown[]]>([
    ['int', 7, -8, 0],
    ['bigint', '9223372036854775807', '-1'],
    ['numeric', '7.00', '-0.50'],
    ['float', 1.5, -2, 1e300],
    ['uuid', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
    ['text', 'a', '', 'NULL', '"\\{},', 'ü 🎉\n'],
    ['citext', 'a', 'b'],
    ['varchar', 'a', '12345', ' a '],
    ['char', 'a', 'abcde'],
    ['boolean', true, false],
    ['date', '2026-02-03'],
    ['timestamptz', DAY, new Date(0)],
    ['timestamp', DAY, new Date(0)],
    ['enum', 'a', 'NULL', 'b c'],
    ['inet', '10.0.0.1'],
    ['bytea', Buffer.from([0, 255])],
    ['real', 0.1, 0.5, 16777216],
    ['second', '2026-02-03T04:05:06Z', new Date(0), '12026-02-03 04:05:06Z'],
    ['time', '04:05:06', '04:05:06.7'],
    ['macaddr', '08:00:2b:01:02:03'],
    ['cents', 7, 1.5],
    ['prefixed', 'a', ''],
    ['upper', 'A'],
  ])('finds the row that was written: %s', async (name, ...keys) => {
    const entity = entities[name];
    const repository = rows.now.dataSource.getRepository(entity);
    await rows.now.insertAll(entity, new Map(keys.map((id) => [id, { note: 'new' }])));
    for (const id of keys as string[]) expect((await repository.findOneByOrFail({ id })).note).toBe('new');
    await repository.updateAll({ note: 'seen' });
    const loaded = await rows.now.loadAll(entity, keys);
    expect(loaded.map((row) => row?.note)).toEqual(keys.map(() => 'seen'));
    await rows.now.updateAll(entity, keys, (row) => (row.note = 'kept'));
    expect((await repository.find()).map(({ note }) => note)).toEqual(keys.map(() => 'kept'));
    for (const id of keys) await rows.now.delete(entity, id);
    expect(await repository.count()).toBe(0);
  });

  it.each<[Name, ...unknown[]]>([
    ['int', 7, '7', '+7', '007', 7n],
    ['int', 0, -0, '-0'],
    ['bigint', 9007199254740993n, '9007199254740993'],
    ['numeric', '7', 7, '7.00', '07.0', 7n],
    ['numeric', 0, '-0.00', '0'],
    ['uuid', '3F2504E0-4F89-11D3-9A0C-0305E82C3301', '3f2504e04f8911d39a0c0305e82c3301'],
    ['citext', 'Ab', 'aB'],
    ['citext', 'ΟΔΟΣ', 'οδοσ'],
    ['char', 'a', 'a  '],
    ['date', '2026-02-03', new Date(2026, 1, 3, 12)],
    ['timestamptz', DAY, DAY.toISOString(), '2026-02-03T05:05:06.789+01:00'],
    ['timestamp', DAY, DAY.toISOString()],
    ['upper', 'a', 'A'],
    ['bytea', Buffer.from([0, 255]), Uint8Array.of(0, 255), { id: Uint8Array.of(0, 255) }],
  ])('is equal where the column takes it for equal: %s %j', (name, ...keys) => {
    const table = rows.now.table(entities[name]);
    expect(new Set(keys.map((key) => table.idOf(key))).size).toBe(1);
  });

  it.each<[Name, ...unknown[]]>([
    ['int', undefined, null, '', ' ', 'a', 1.5, NaN, Infinity, '1e3', true, {}, [], DAY, 2 ** 53],
    ['bigint', '1.0', 2 ** 53, 'x'],
    ['numeric', 'NaN', NaN, '1e3', '', {}, true],
    ['float', NaN, 'x', {}, undefined],
    ['uuid', 'garbage', 7, '', '3f2504e0-4f89-11d3-9a0c-0305e82c330', DAY],
    ['text', undefined, null, {}, [], 'a\0b', () => 1, Symbol('s'), DAY],
    ['boolean', 1, 'yes', null],
    ['date', 'yesterday', '2026-2-3', '2026-02-30', '2026-02-03T00:00:00Z', 20260203, new Date(NaN)],
    ['timestamptz', 'yesterday', new Date(NaN), 7, {}, '2026-02-03T04:05:06.789123Z'],
    ['timestamp', '2026-02-03 04:05:06.789123'],
    ['enum', {}, undefined],
  ])('is refused when it is no value of the column: %s', (name, ...keys) => {
    const table = rows.now.table(entities[name]);
    for (const key of keys) {
      expect(() => table.idOf(key)).toThrow(InvalidRowKeyError);
      expect(() => table.idOf({ id: key })).toThrow(InvalidRowKeyError);
    }
  });

  it('says what is wrong with it', () => {
    expect(() => rows.now.table(entities.uuid).idOf('garbage')).toThrow(
      'Projection "p": the key of a row of by_uuid has "garbage" for id, which is no uuid. Check the key function.',
    );
  });

  it('is an object where it has several columns', async () => {
    const key = { shop: '7', day: '2026-02-03' };
    await rows.now.insert(Pair, key, { note: 'a' });
    await rows.now.insert(Pair, { ...key, shop: 8 }, { note: 'b' });
    expect(await rows.now.load(Pair, { ...key, shop: 7n })).toEqual({
      day: '2026-02-03',
      shop: 7,
      note: 'a',
    });
    await rows.now.update(Pair, key, (row) => (row.note = 'c'));
    await rows.now.delete(Pair, { ...key, shop: 8 });
    expect(await rows.now.dataSource.getRepository(Pair).find()).toEqual([
      { day: '2026-02-03', shop: 7, note: 'c' },
    ]);
    for (const bad of ['7', null, { shop: 7 }, { day: '2026-02-03' }, []])
      expect(() => rows.now.table(Pair).idOf(bad)).toThrow(InvalidRowKeyError);
  });

  it.each<[Name, given: unknown, stored: unknown]>([
    ['text', 'a🎉'.slice(0, 2), 'a�'],
    ['citext', 'a🎉'.slice(0, 2), 'a�'],
    ['char', 'a🎉'.slice(0, 2), 'a�'],
    ['varchar', 'abcd  ', 'abcd '],
    ['varchar', '🎉🎉🎉🎉🎉 ', '🎉🎉🎉🎉🎉'],
    ['numeric', '1.005', '1.01'],
    ['real', 0.10000000149, 0.1],
    ['second', '2026-02-03T04:05:06.400Z', '2026-02-03T04:05:06Z'],
    ['time', '4:05', '04:05:00'],
    ['inet', '10.0.0.2/32', '10.0.0.2'],
    ['macaddr', '08-00-2B-01-02-03', '08:00:2b:01:02:03'],
    ['prefixed', 'a🎉'.slice(0, 2), 'a�'],
  ])('is refused where its column makes another one of it: %s %j', async (name, given, stored) => {
    const entity = entities[name];
    const refused = { name: 'InvalidRowKeyError', message: expect.stringContaining('of which its column') };
    const insert = () => rows.now.insertAll(entity, new Map([stored, given].map((key) => [key, {}])));
    // Before the table has a row, and when it has the one that would be made of the key.
    await expect(rows.now.load(entity, given)).rejects.toMatchObject(refused);
    await expect(insert()).rejects.toMatchObject(refused);
    await rows.now.insert(entity, stored, { note: 'a' });
    await expect(rows.now.load(entity, given)).rejects.toMatchObject(refused);
    expect(await rows.now.load(entity, stored)).toMatchObject({ note: 'a' });
    await rows.now.delete(entity, stored);
  });

  it('is refused where it is read as something that is no key', async () => {
    await expect(rows.now.load(entities.interval, '1 day')).rejects.toThrow(InvalidRowKeyError);
  });

  it('says what the column makes of it', async () => {
    await expect(rows.now.load(entities.varchar, 'abcd  ')).rejects.toThrow(
      'the key of a row of by_varchar has "abcd  " for id, of which its column makes "abcd "',
    );
  });

  it('is not confused by texts that look alike', async () => {
    const Two = entities.text;
    const texts = ['["a","b"]', 'a', 'a ', 'A', '1', '01'];
    expect(new Set(texts.map((text) => rows.now.table(Two).idOf(text))).size).toBe(texts.length);
  });

  it.each<[Name, string]>([
    // One that TypeORM would read as seven milliseconds.
    ['timestamptz', '2026-02-03T04:05:06.7Z'],
    ['timestamp', '2026-02-03 04:05:06.7'],
    ['numeric', '7.0'],
    ['uuid', '3F2504E04F8911D39A0C0305E82C3301'],
    ['citext', 'Ab'],
  ])('finds the row that a handler gave the same text for its key: %s %s', async (name, id) => {
    const settled = await rows.now.insert(entities[name], id, { id, note: 'a' });
    expect(await rows.now.load(entities[name], id)).toStrictEqual(settled);
    await rows.now.delete(entities[name], id);
  });

  it('is what the row that a handler returns has, too', async () => {
    const table = rows.now.table(entities.int);
    await rows.now.load(entities.int, 1);
    const settle = (key: unknown, id: unknown) =>
      table.settle({ id, note: null }, table.keyOf(table.idOf(key)), undefined, DAY);
    expect(settle(7, undefined)).toEqual({ id: 7, note: null });
    expect(settle('7', 7)).toEqual({ id: 7, note: null });
    expect(() => settle(7, 8)).toThrow(RowKeyMismatchError);
    expect(() => settle(7, null)).toThrow(RowKeyMismatchError);
    expect(() => settle(7, 8n)).toThrow('8');
    expect(() => settle(7, 8)).toThrow(
      'Projection "p": a handler returned a row of by_int whose id is 8, not 7 as its key function said. ' +
        'Leave the primary key alone, or fix the key function.',
    );
  });
});
