import { EntitySchema, type EntitySchemaColumnOptions, type ObjectLiteral } from 'typeorm';
import { useRows } from './rows';

const DAY = new Date('2026-02-03T04:05:06.789Z');
const ID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';

/** How a column is declared, what a handler gives it, and what a reload shows of that. */
const CASES: readonly (readonly [string, EntitySchemaColumnOptions, ...(readonly [unknown, unknown])[]])[] = [
  ['int', { type: 'int' }, ['7', 7], [7, 7]],
  ['bigint', { type: 'bigint' }, [7, '7'], [-0, '0'], [9007199254740993n, '9007199254740993']],
  ['numeric', { type: 'numeric' }, [1.5, '1.5'], [-0.1, '-0.1'], ['1.50', '1.50'], [10n, '10']],
  [
    'money',
    { type: 'numeric', precision: 10, scale: 2 },
    [1.5, '1.50'],
    [0, '0.00'],
    [-0, '0.00'],
    ['7', '7.00'],
    ['.5', '0.50'],
    ['007.1', '7.10'],
    ['1.005', '1.01'],
    [1.005, '1.01'],
    [-1.005, '-1.01'],
    ['-0.001', '0.00'],
    ['99999.995', '100000.00'],
    [0.1 + 0.2, '0.30'],
    ['+1', '1.00'],
    ['NaN', 'NaN'],
  ],
  ['whole', { type: 'numeric', precision: 5, scale: 0 }, ['1.5', '2'], [-2.5, '-3'], [7, '7']],
  ['text', { type: 'text' }, [5, '5'], ['x', 'x']],
  ['char', { type: 'char', length: 3 }, ['a', 'a  '], ['🎉', '🎉  '], ['', '   ']],
  ['uuid', { type: 'uuid' }, [ID.toUpperCase(), ID]],
  ['instant', { type: 'timestamptz' }, [DAY.toISOString(), DAY], ['2026-02-03T05:05:06.789+01:00', DAY]],
  ['local', { type: 'timestamp' }, [DAY.toISOString(), DAY]],
  ['date', { type: 'date' }, [new Date(2026, 1, 3), '2026-02-03'], ['2026-02-03T23:00:00Z', '2026-02-03']],
  ['bytea', { type: 'bytea' }, [Uint8Array.from([1, 2]), Buffer.from([1, 2])]],
];

const Loose = new EntitySchema<ObjectLiteral>({
  name: 'loose',
  columns: {
    id: { type: 'int', primary: true },
    ...Object.fromEntries(CASES.map(([name, column]) => [name, { ...column, nullable: true }])),
  },
});

describe('a value that a handler gives in another form', () => {
  const rows = useRows([Loose]);
  let id = 0;

  it.each(
    CASES.flatMap(([name, , ...pairs]) => pairs.map(([given, expected]) => ({ name, given, expected }))),
  )('is seen by the next handler as after a reload: $name = $given', async ({ name, given, expected }) => {
    const settled = await rows.now.insert(Loose, ++id, { [name]: given });
    const loaded = await rows.now.load(Loose, id);
    expect(settled).toStrictEqual(loaded);
    expect(loaded![name]).toStrictEqual(expected);
    expect(await rows.now.update(Loose, id, (row) => (row[name] = given))).toStrictEqual(loaded);
  });
});
