import { EntitySchema, In, type EntitySchemaColumnOptions, type ObjectLiteral } from 'typeorm';
import { useRows } from './rows';

/** How a column is declared, and values that it takes, as TypeORM takes them. */
type Case = readonly [name: string, column: EntitySchemaColumnOptions, ...values: unknown[]];

const TEXTS = [
  '',
  ' ',
  'NULL',
  'null',
  'Null',
  '"',
  "'",
  '\\',
  '\\\\"',
  '{}',
  '{a,b}',
  'a\nb\tc\r\n',
  'ü 漢 🎉',
  '\\x00',
  '-',
  'a,b',
];
const DATES = [
  '2026-02-03T04:05:06.789Z',
  '1969-12-31T23:59:59.999Z',
  '+010000-01-01T00:00:00.000Z',
  '2024-02-29T00:00:00.000Z',
].map((text) => new Date(text));

const CASES: Case[] = [
  ['text', { type: 'text' }, ...TEXTS],
  ['string', { type: String }, ...TEXTS],
  ['varchar', { type: 'varchar', length: 20 }, ...TEXTS],
  ['char5', { type: 'char', length: 5 }, 'ab   ', 'abcde', '     '],
  ['citext', { type: 'citext' }, 'Ab', ''],
  ['uuid', { type: 'uuid' }, '3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
  ['smallint', { type: 'smallint' }, 0, 32767, -32768],
  ['int', { type: 'int' }, 0, 2147483647, -2147483648],
  ['number', { type: Number }, 42, -1],
  ['bigint', { type: 'bigint' }, '0', '9223372036854775807', '-9223372036854775808'],
  [
    'numeric',
    { type: 'numeric' },
    '0',
    '-0.000000000000000000001',
    '123456789012345678901234567890.5',
    'NaN',
  ],
  ['numeric2', { type: 'numeric', precision: 10, scale: 2 }, '0.00', '-12345678.90', 'NaN'],
  ['real', { type: 'real' }, 0, 1.5, -0.1, NaN, Infinity, -Infinity, 1e30],
  ['float', { type: 'float' }, 0, 0.1, -1.7976931348623157e308, 5e-324, NaN, Infinity, -Infinity, 1e21],
  ['money', { type: 'money' }, '$1,234.50'],
  ['boolean', { type: 'boolean' }, true, false],
  ['bool', { type: Boolean }, true, false],
  ['timestamptz', { type: 'timestamptz' }, ...DATES],
  ['timestamp', { type: 'timestamp' }, ...DATES],
  ['dateClass', { type: Date }, ...DATES],
  ['date', { type: 'date' }, '2026-02-03', '0099-01-01'],
  ['time', { type: 'time' }, '04:05:06.789123', '00:00:00', '24:00:00'],
  ['timetz', { type: 'timetz' }, '04:05:06.789+02'],
  ['interval', { type: 'interval' }, '3 days 04:00:00.0055', '1 year -2 mons', '-04:00:00'],
  ['bytea', { type: 'bytea' }, Buffer.from([0, 1, 92, 34, 255]), Buffer.alloc(0)],
  [
    'jsonb',
    { type: 'jsonb' },
    { a: [1, null, { b: '"\\{}' }], c: null },
    [],
    [1, [2]],
    'text',
    '',
    'null',
    7,
    true,
  ],
  ['json', { type: 'json' }, { b: 1, a: [] }, [{ x: null }], '[', 0, false],
  ['jsonpath', { type: 'jsonpath' }, '$."a"[*]'],
  ['xml', { type: 'xml' }, '<a b="c">d</a>'],
  ['inet', { type: 'inet' }, '192.168.0.1', '::1/64'],
  ['cidr', { type: 'cidr' }, '10.1.0.0/16'],
  ['macaddr', { type: 'macaddr' }, '08:00:2b:01:02:03'],
  ['macaddr8', { type: 'macaddr8' }, '08:00:2b:01:02:03:04:05'],
  ['bit3', { type: 'bit', length: 3 }, '101'],
  ['varbit', { type: 'varbit', length: 9 }, '1', '101010101'],
  ['point', { type: 'point' }, { x: 1.5, y: -2 }],
  ['circle', { type: 'circle' }, { x: 1, y: 2, radius: 3 }],
  ['line', { type: 'line' }, '{1,2,3}'],
  ['lseg', { type: 'lseg' }, '[(1,2),(3,4)]'],
  ['box', { type: 'box' }, '(3,4),(1,2)'],
  ['path', { type: 'path' }, '((1,2),(3,4))', '[(1,2),(3,4)]'],
  ['polygon', { type: 'polygon' }, '((1,2),(3,4),(5,6))'],
  ['cube', { type: 'cube' }, [1, 2.5, 3]],
  ['hstore', { type: 'hstore' }, '"a"=>"b"'],
  ['hstoreObject', { type: 'hstore', hstoreType: 'object' }, { 'a"\\': 'b, =>', n: null, e: '' }, {}],
  ['ltree', { type: 'ltree' }, 'a.b.c'],
  ['tsvector', { type: 'tsvector' }, "'a':1 'b':2"],
  ['tsquery', { type: 'tsquery' }, "'a' & 'b'"],
  ['int4range', { type: 'int4range' }, '[1,5)', 'empty', '(,)'],
  ['numrange', { type: 'numrange' }, '[1.5,2.5]'],
  ['tstzrange', { type: 'tstzrange' }, '["2026-01-01 00:00:00+00","2026-01-02 00:00:00+00")'],
  ['datemultirange', { type: 'datemultirange' }, '{[2026-01-01,2026-01-03)}'],
  ['enumText', { type: 'enum', enum: ['a', 'B b', 'NULL', '"', "it's"] }, 'a', 'B b', 'NULL', '"', "it's"],
  ['enumNumber', { type: 'enum', enum: [1, 2] }, 1, 2],
  ['enumArray', { type: 'enum', enum: ['a', 'b c', 'x'], array: true }, [], ['a'], ['b c', 'x', 'a']],
  ['simpleEnum', { type: 'simple-enum', enum: ['s', 't'] }, 't'],
  ['simpleArray', { type: 'simple-array' }, ['a', 'b c', '"'], []],
  ['simpleJson', { type: 'simple-json' }, { a: [1] }, [1], 'x'],
  [
    'texts',
    { type: 'text', array: true },
    [],
    ['a', ...TEXTS],
    [null, 'x'],
    [
      ['a', '{'],
      ['c,"', '\\'],
    ],
  ],
  ['varchars', { type: 'varchar', array: true, length: 20 }, TEXTS, []],
  ['ints', { type: 'int', array: true }, [], [1, -2], [1, null], [[[1]], [[2]]]],
  ['bigints', { type: 'bigint', array: true }, ['9223372036854775807', '0']],
  ['numerics', { type: 'numeric', array: true }, [1.5, 2], []],
  ['floats', { type: 'float', array: true }, [0.1, NaN, -Infinity]],
  ['booleans', { type: 'boolean', array: true }, [true, false], [null]],
  ['uuids', { type: 'uuid', array: true }, ['3f2504e0-4f89-11d3-9a0c-0305e82c3301']],
  ['dates', { type: 'date', array: true }, ['2026-01-01'], []],
  ['instants', { type: 'timestamptz', array: true }, [DATES[0], DATES[1]], []],
  ['byteas', { type: 'bytea', array: true }, [Buffer.from([0, 34, 92]), Buffer.alloc(0)]],
  ['inets', { type: 'inet', array: true }, ['10.0.0.1']],
  ['intervals', { type: 'interval', array: true }, ['1 day', '-2 years']],
];

const Wide = new EntitySchema<ObjectLiteral>({
  name: 'wide',
  columns: {
    id: { type: 'int', primary: true },
    ...Object.fromEntries(CASES.map(([name, column]) => [name, { ...column, nullable: true }])),
  },
});

describe('a column of a folded row', () => {
  const rows = useRows([Wide], {
    before: ['citext', 'hstore', 'cube', 'ltree'].map((name) => `CREATE EXTENSION ${name};`).join(''),
  });
  let lastId = 0;
  const idsFor = (values: readonly unknown[]): number[] => values.map(() => ++lastId);

  const asTypeOrm = async (ids: number[]): Promise<ObjectLiteral[]> => {
    const found = rows.now.dataSource
      .getRepository(Wide)
      .find({ where: { id: In(ids) }, order: { id: 'ASC' } });
    return (await found).map((row) => Object.assign({}, row));
  };

  /** What SQL says of it, where JavaScript could be fooled. */
  async function textsOf(name: string, ids: number[]): Promise<unknown[]> {
    const { rows: found } = await rows.now.client.query<{ text: string | null }>(
      `SELECT "${name}"::text AS text FROM wide WHERE id = ANY ($1) ORDER BY id`,
      [ids],
    );
    return found.map(({ text }) => text);
  }

  it.each(CASES.map(([name, , ...given]) => ({ name, given })))(
    'is read and written as by TypeORM: $name',
    async ({ name, given }) => {
      const [theirs, ours] = [idsFor(given), idsFor(given)];
      await rows.now.dataSource
        .getRepository(Wide)
        .insert(given.map((value, at) => ({ id: theirs[at], [name]: value })));
      const expected = await asTypeOrm(theirs);
      const texts = await textsOf(name, theirs);
      expect(await rows.now.loadAll(Wide, theirs)).toEqual(expected);

      const values = expected.map((row) => row[name] as unknown);
      const settled = await rows.now.insertAll(
        Wide,
        new Map(ours.map((id, at) => [id, { [name]: values[at] }])),
      );
      expect((await asTypeOrm(ours)).map((row) => row[name] as unknown)).toEqual(values);
      expect(await textsOf(name, ours)).toEqual(texts);
      // The next event of a batch sees what a reload would show.
      expect(settled).toEqual(await rows.now.loadAll(Wide, ours));

      await rows.now.updateAll(Wide, ours);
      expect(await textsOf(name, ours)).toEqual(texts);
      await rows.now.updateAll(Wide, ours, (row) => (row[name] = null));
      expect(await textsOf(name, ours)).toEqual(texts.map(() => null));
      await rows.now.updateAll(Wide, ours, (row, at) => (row[name] = given[at]));
      expect(await textsOf(name, ours)).toEqual(texts);
    },
  );
});
