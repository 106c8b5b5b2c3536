import { EntitySchema, type EntitySchemaColumnOptions, type ObjectLiteral } from 'typeorm';
import { UnsetColumnError } from '../../src/read-models/row.errors';
import { NOW, useRows } from './rows';

const hours = {
  to: (value: string | undefined) => (value === 'none' ? null : value && Number(value.slice(0, -2))),
  from: (value: number | null) => (value === null ? 'none' : `${value} h`),
};

/** How a column is declared, and what a row has that leaves it out. */
const CASES: readonly (readonly [string, EntitySchemaColumnOptions, unknown])[] = [
  ['nullable', { type: 'text', nullable: true }, null],
  ['text', { type: 'text', default: 'it, "{}' }, 'it, "{}'],
  ['empty', { type: 'text', default: '' }, ''],
  ['word', { type: 'varchar', length: 9, default: 'NULL' }, 'NULL'],
  ['char', { type: 'char', length: 4, default: 'a' }, 'a   '],
  ['int', { type: 'int', default: 0 }, 0],
  ['negative', { type: 'int', default: -5 }, -5],
  ['bigint', { type: 'bigint', default: 7 }, '7'],
  ['numeric', { type: 'numeric', precision: 10, scale: 2, default: 0 }, '0.00'],
  ['rounded', { type: 'numeric', precision: 10, scale: 2, default: '-1.005' }, '-1.01'],
  ['float', { type: 'float', default: 0.1 }, 0.1],
  ['boolean', { type: 'boolean', default: false }, false],
  ['jsonb', { type: 'jsonb', default: {} }, {}],
  ['array', { type: 'int', array: true, default: [1, 2] }, [1, 2]],
  ['noneOf', { type: 'text', array: true, default: [] }, []],
  ['enum', { type: 'enum', enum: ['a', 'b c'], default: 'b c' }, 'b c'],
  ['date', { type: 'date', default: '2026-02-03' }, '2026-02-03'],
  ['instant', { type: 'timestamptz', default: '2026-02-03T00:00:00Z' }, new Date('2026-02-03T00:00:00Z')],
  ['bit', { type: 'bit', length: 3, default: () => `B'101'` }, '101'],
  ['interval', { type: 'interval', default: '1 day' }, { days: 1 }],
  ['nothing', { type: 'int', default: () => 'NULL', nullable: true }, null],
  ['transformed', { type: 'int', default: 3, transformer: hours }, '3 h'],
  ['unknown', { type: 'int', nullable: true, transformer: hours }, 'none'],
];

const Defaults = new EntitySchema<ObjectLiteral>({
  name: 'defaults',
  columns: {
    id: { type: 'int', primary: true },
    ...Object.fromEntries(CASES.map(([name, column]) => [name, column])),
  },
});

const Needy = new EntitySchema<ObjectLiteral>({
  name: 'needy',
  columns: {
    id: { type: 'int', primary: true },
    must: { type: 'text' },
    at: { type: 'timestamptz', default: () => 'clock_timestamp()' },
  },
});

describe('a column that a handler leaves out', () => {
  const rows = useRows([Defaults, Needy]);

  it.each(CASES)('has what the table gives it: %s', async (name, _column, expected) => {
    await rows.now.dataSource.query('TRUNCATE defaults');
    await rows.now.dataSource.getRepository(Defaults).insert({ id: 1 });
    const theirs = await rows.now.dataSource.getRepository(Defaults).findOneByOrFail({ id: 1 });
    const settled = await rows.now.insert(Defaults, 2, {});
    expect(settled[name]).toEqual(theirs[name]);
    expect(settled[name]).toEqual((await rows.now.load(Defaults, 2))![name]);
    expect({ [name]: settled[name] }).toMatchObject({ [name]: expected });
  });

  it('shares nothing with the same column of another row', async () => {
    const a = await rows.now.insert(Defaults, 3, {});
    const b = await rows.now.insert(Defaults, 4, {});
    for (const name of ['jsonb', 'array', 'instant']) expect(a[name]).not.toBe(b[name]);
  });

  it('is an error where nobody knows what the table gives it', async () => {
    const at = new Date(0);
    await expect(rows.now.insert(Needy, 1, { at })).rejects.toThrow(UnsetColumnError);
    await expect(rows.now.insert(Needy, 1, { at })).rejects.toThrow(
      'Projection "p": a handler returned a row of needy without must, which may not be null. Set it in the handler.',
    );
    await expect(rows.now.insert(Needy, 1, { must: 'x' })).rejects.toThrow(
      'without at, which only the database could fill, by the expression of its default. Set it in the handler.',
    );
    await rows.now.insert(Needy, 1, { at, must: 'x' });
  });

  it('makes an instance of a plain object', async () => {
    const table = rows.now.table(Defaults);
    const key = table.keyOf('9');
    await table.load(rows.now.client, [key]);
    const given = { int: 5, other: 1 };
    expect(table.settle(given, key, undefined, NOW)).toMatchObject({ id: 9, int: 5, text: 'it, "{}' });
  });
});
