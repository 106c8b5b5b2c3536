import { types } from 'pg';
import { EntitySchema, type EntitySchemaColumnOptions, type ObjectLiteral } from 'typeorm';
import { useRows } from './rows';

const DAY = new Date('2026-02-03T04:05:06.789Z');
const LONG_AGO = new Date('0044-03-15T00:00:00Z');
/** As cutting a text may leave it: no letter, in UTF-8. */
const HALF = 'a🎉'.slice(0, 2);
const WHEN = [DAY, LONG_AGO, new Date('+010000-01-01T00:00:00Z'), DAY.toISOString(), '2026-02-03', 'epoch'];

class Temperature {
  constructor(readonly degrees: number) {}
}

type Case = readonly [
  name: string,
  sql: string,
  column: EntitySchemaColumnOptions,
  ...values: readonly unknown[],
];

/** Types, as the table has them and as the entity says, and values in forms that are not the stored one. */
const CASES: readonly Case[] = [
  [
    'real',
    'real',
    { type: 'real' },
    0.1,
    16777217,
    1 / 3,
    3.4e38,
    1e-45,
    2 ** 70,
    -0,
    '0.10000000149',
    NaN,
    -Infinity,
  ],
  [
    'double',
    'double precision',
    { type: 'float8' },
    0.1 + 0.2,
    1e308,
    5e-324,
    -0,
    '1e3',
    ' 7 ',
    Infinity,
    'nan',
  ],
  ['hundreds', 'numeric(10,-2)', { type: 'numeric' }, '1250', 1349, '-50', '49', 0, '1e4', 10n],
  ['fine', 'numeric(3,5)', { type: 'numeric' }, '0.001234567', 0.00999],
  ['any', 'numeric', { type: 'numeric' }, '007.10', '+1', '.5', '-0.00', 1e21, 1e-7, 'NaN', '1_000', ' 1 '],
  ['small', 'smallint', { type: 'smallint' }, '7', '+7', -0, ' 7', 7n],
  ['large', 'bigint', { type: 'bigint' }, '007', -0, 2 ** 53, 12n, '-0', ' 5'],
  ['truth', 'boolean', { type: 'boolean' }, 'true', 'yes', 1, 'off', false],
  ['fixed', 'char(3)', { type: 'char' }, 'a', 'a    ', '🎉', 5, HALF, `${HALF}   `],
  ['name', 'citext', { type: 'citext' }, 'Ab', 7, HALF],
  ['free', 'text', { type: 'text' }, 'a', HALF, `\ude00${HALF}`],
  ['short', 'varchar(3)', { type: 'varchar' }, 'abc', 'ab   ', 'ab🎉', '🎉🎉🎉 ', `${HALF}  `, 1.5],
  [
    'json',
    'json',
    { type: 'json' },
    { b: 1, a: undefined, at: DAY },
    [undefined, -0, NaN],
    'x',
    0,
    { ['__proto__']: 1 },
    { [HALF]: [HALF] },
  ],
  [
    'jsonb',
    'jsonb',
    { type: 'jsonb' },
    { bb: 1, a: { z: 1e21, y: -0, 10: 1, 9: 2 }, at: DAY, ä: 1, é2: 1, zz: 2 },
    [[], {}, [1e-7, 1.5e300, 0.1]],
    JSON.parse('{"__proto__": {"a": 1}, "b": [null]}'),
    new Map([[1, 2]]),
    new Set([1]),
    new Temperature(3),
    new Number(5),
    'text',
    false,
    5,
  ],
  ['ints', 'int[]', { type: 'int', array: true }, ['1', 2], [], [[1], [2]], [[]], [null, undefined], '{1,2}'],
  [
    'words',
    'text[]',
    { type: 'text', array: true },
    ['NULL', '', 'a"b\\', 'a,b', '{}'],
    [1, null],
    [['a'], ['b']],
    [HALF],
    [[HALF]],
  ],
  ['shorts', 'varchar(3)[]', { type: 'varchar', array: true }, ['ab   ', null, 'ab🎉 '], [['ab   ']]],
  ['numerics', 'numeric(5,1)[]', { type: 'numeric', array: true }, [1.25, '2'], [1]],
  ['reals', 'real[]', { type: 'real', array: true }, [0.1, 16777217, NaN]],
  ['longs', 'bigint[]', { type: 'bigint', array: true }, [1, '2', 3n]],
  [
    'times',
    'timestamptz[]',
    { type: 'timestamptz', array: true },
    [DAY.toISOString(), DAY, null],
    [LONG_AGO],
  ],
  ['locals', 'timestamp[]', { type: 'timestamp', array: true }, [DAY], ['2026-02-03 04:05']],
  ['days', 'date[]', { type: 'date', array: true }, ['2026-02-03'], [new Date(2026, 1, 3)]],
  ['fixes', 'char(2)[]', { type: 'char', array: true }, ['a', 'bc']],
  ['flags', 'boolean[]', { type: 'boolean', array: true }, [true, false, null], ['t']],
  ['at', 'timestamptz', { type: 'timestamptz' }, ...WHEN],
  ['second', 'timestamptz(0)', { type: 'timestamptz' }, ...WHEN],
  ['local', 'timestamp(1)', { type: 'timestamp' }, DAY, '2026-02-03T04:05:06.789', 'infinity'],
  ['day', 'date', { type: 'date' }, new Date(2026, 1, 3), '2026-02-03T23:00:00Z', '2026-2-3', 'infinity'],
  ['time', 'time', { type: 'time' }, '4:05', '04:05:06.7890', '04:05:06', DAY],
  ['zoned', 'timetz', { type: 'timetz' }, '04:05+2', '04:05:06-03:30'],
  ['span', 'interval', { type: 'interval' }, '90 minutes', '1 mon -1 day 00:00:00.5'],
  ['price', 'money', { type: 'money' }, '1234.5', 7, '-$3'],
  ['bits', 'bit(3)', { type: 'bit' }, '101'],
  ['mask', 'varbit', { type: 'varbit' }, '10', 'xF'],
  ['ip', 'inet', { type: 'inet' }, '10.0.0.1', '10.0.0.1/32', '::FFFF:1.2.3.4', '10.0.0.0/8'],
  ['net', 'cidr', { type: 'cidr' }, '10/8'],
  ['mac', 'macaddr', { type: 'macaddr' }, '08-00-2B-01-02-03'],
  [
    'id2',
    'uuid',
    { type: 'uuid' },
    '{3F2504E0-4F89-11D3-9A0C-0305E82C3301}',
    '3F2504E04F8911D39A0C0305E82C3301',
  ],
  ['bytes', 'bytea', { type: 'bytea' }, Uint8Array.from([1, 2]), '\\x6162', 'abc'],
  ['mood', 'mood', { type: 'enum', enum: ['fine', '5'] }, 'fine', 5],
  ['moods', 'mood[]', { type: 'enum', enum: ['fine', '5'], array: true }, ['fine', 5], []],
  ['score', 'score', { type: 'int' }, '7', 8],
  ['label', 'label', { type: 'text' }, 'x', 'x      ', HALF],
  ['labels', 'label[]', { type: 'text', array: true }, ['x      ', HALF]],
  ['list', 'text', { type: 'simple-array' }, ['a', 'b,c'], [], [HALF, '\ude00']],
  ['object', 'text', { type: 'simple-json' }, { b: 1, a: DAY }, { a: HALF }],
  ['point', 'point', { type: 'point' }, '(1.50,2)', { x: 1, y: 2 }],
  ['range', 'int4range', { type: 'int4range' }, '[1,5]'],
  ['search', 'tsvector', { type: 'tsvector' }, 'fat cat'],
  [
    'warm',
    'int',
    {
      type: 'int',
      transformer: {
        to: (t: Temperature | null) => t && Math.round(t.degrees),
        from: (n: number | null) => n && new Temperature(n),
      },
    },
    new Temperature(1.6),
  ],
  [
    'shout',
    'varchar(3)',
    {
      type: 'varchar',
      transformer: {
        to: (t: string | null) => t?.replace('!', ''),
        from: (t: string | null) => t && `${t}!`,
      },
    },
    'ab   ',
    HALF,
  ],
  [
    'since',
    'timestamptz',
    {
      type: 'timestamptz',
      transformer: {
        to: (n: number | null) => n && new Date(n),
        from: (at: Date | null) => at && at.getTime(),
      },
    },
    1_700_000_000_123,
  ],
];

const Everything = new EntitySchema<ObjectLiteral>({
  name: 'everything',
  synchronize: false,
  columns: {
    id: { type: 'int', primary: true },
    ...Object.fromEntries(CASES.map(([name, , column]) => [name, { ...column, nullable: true }])),
  },
});

const TABLE = `
  CREATE EXTENSION citext;
  CREATE TYPE mood AS ENUM ('fine', '5');
  CREATE DOMAIN score AS int CHECK (VALUE >= 0);
  CREATE DOMAIN label AS varchar(5);
  CREATE TABLE everything (id int PRIMARY KEY, ${CASES.map(([name, sql]) => `"${name}" ${sql}`).join(', ')})`;

/** Makes sessions begin with a setting. */
const set = (setting: string, value: string) =>
  `; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${setting} = ${value}', current_database()); END $$`;

const VALUES = CASES.flatMap(([name, , , ...values]) => values.map((value) => ({ name, value })));

function itSettles(rows: ReturnType<typeof useRows>): void {
  let id = 0;

  it.each(VALUES)(
    'is seen by the next handler as after a reload: $name = $value',
    async ({ name, value }) => {
      const settled = await rows.now.insert(Everything, ++id, { [name]: value });
      const loaded = await rows.now.load(Everything, id);
      expect(settled).toStrictEqual(loaded);
      expect(loaded![name]).not.toBeUndefined();
      // Given again as it was read, it stays what it is.
      expect(await rows.now.update(Everything, id)).toStrictEqual(loaded);
      expect(await rows.now.load(Everything, id)).toStrictEqual(loaded);
    },
  );
}

describe('a value of any type', () => {
  const rows = useRows([Everything], { before: TABLE });
  itSettles(rows);

  it('that was cut off to fit is refused, and not shown cut off', async () => {
    for (const given of [
      { label: 'too long' },
      { short: 'ab  c' },
      { short: '🎉🎉🎉🎉' },
      { fixed: 'long' },
      { fixes: ['long'] },
      { bits: '1' },
      { score: -1 },
    ])
      await expect(rows.now.insert(Everything, 0, given)).rejects.toMatchObject({
        code: expect.any(String) as string,
      });
    expect(await rows.now.load(Everything, 0)).toBeUndefined();
  });

  it('shares nothing that can change with what the handler gave', async () => {
    const given = { jsonb: { list: [1] }, words: ['a'], at: new Date(DAY), bytes: Buffer.from('a') };
    const settled = (await rows.now.insert(Everything, -1, given)) as typeof given;
    given.jsonb.list.push(2);
    given.words.push('b');
    given.at.setTime(0);
    given.bytes[0] = 0;
    expect(settled).toMatchObject({ jsonb: { list: [1] }, words: ['a'], at: DAY, bytes: Buffer.from('a') });
  });
});

const DATED = new Set(['at', 'second', 'local', 'day', 'since']);

describe('a value that the session writes in its own way', () => {
  const rows = useRows([Everything], {
    before:
      TABLE +
      set('extra_float_digits', '-3') +
      set('bytea_output', 'escape') +
      set('quote_all_identifiers', 'on') +
      set('TimeZone', `''Asia/Kolkata''`),
  });
  itSettles(rows);
});

const Dated = new EntitySchema<ObjectLiteral>({
  name: 'everything',
  synchronize: false,
  columns: {
    id: { type: 'int', primary: true },
    ...Object.fromEntries(
      CASES.filter(([name]) => DATED.has(name)).map(([name, , column]) => [
        name,
        { ...column, nullable: true },
      ]),
    ),
  },
});

describe('a date in a session that does not write dates in ISO', () => {
  const rows = useRows([Dated], { before: TABLE + set('DateStyle', `''German''`) });
  let id = 0;

  it.each(VALUES.filter(({ name }) => DATED.has(name)))(
    'is read: $name = $value',
    async ({ name, value }) => {
      const settled = await rows.now.insert(Dated, ++id, { [name]: value });
      const loaded = await rows.now.load(Dated, id);
      expect(settled).toStrictEqual(loaded);
      expect(loaded![name]).toBeTruthy();
    },
  );
});

const Spans = new EntitySchema<ObjectLiteral>({
  name: 'everything',
  synchronize: false,
  columns: { id: { type: 'int', primary: true }, span: { type: 'interval', nullable: true } },
});
const Times = new EntitySchema<ObjectLiteral>({
  name: 'everything',
  synchronize: false,
  columns: {
    id: { type: 'int', primary: true },
    times: { type: 'timestamptz', array: true, nullable: true },
  },
});

describe('what could only be read or saved wrongly', () => {
  const spans = useRows([Spans], { before: TABLE + set('IntervalStyle', 'iso_8601') });
  const times = useRows([Times], { before: TABLE + set('DateStyle', `''SQL, DMY''`) });
  const nulls = useRows([Dated], { before: TABLE + set('array_nulls', 'off') });

  it('is refused by name, and nothing is written', async () => {
    await expect(spans.now.load(Spans, 1)).rejects.toThrow(
      /span is an interval.*IntervalStyle iso_8601.*set it to/,
    );
    await expect(nulls.now.load(Dated, 1)).rejects.toThrow(
      /array_nulls of the database is off: set it to on/,
    );
    await expect(times.now.load(Times, 1)).rejects.toThrow(/times is an array of dates.*DateStyle.*ISO/);
  });
});

describe('a value of a type that the application reads in its own way', () => {
  const rows = useRows([Everything], { before: TABLE });
  const own: readonly (readonly [oid: number, parse: (text: string) => unknown])[] = [
    [types.builtins.INT8, Number],
    [types.builtins.NUMERIC, Number],
    [types.builtins.FLOAT8, (text) => `about ${text}`],
    [types.builtins.TIMESTAMP, (text) => text],
    [types.builtins.TIMESTAMPTZ, (text) => text],
    [types.builtins.JSONB, (text) => ({ text })],
  ];
  const before = own.map(([oid]) => [oid, types.getTypeParser(oid)] as const);
  beforeAll(() => own.forEach(([oid, parse]) => types.setTypeParser(oid, parse)));
  afterAll(() => before.forEach(([oid, parse]) => types.setTypeParser(oid, parse)));

  let id = 0;
  it.each(
    VALUES.filter(
      ({ name, value }) =>
        ['large', 'any', 'hundreds', 'at', 'local', 'double', 'jsonb'].includes(name) &&
        // TypeORM makes a date of it that equals no other.
        value !== 'infinity',
    ),
  )('is seen by the next handler as after a reload: $name = $value', async ({ name, value }) => {
    const settled = await rows.now.insert(Everything, ++id, { [name]: value });
    expect(settled).toStrictEqual(await rows.now.load(Everything, id));
  });
});
