import { EntitySchema, type ObjectLiteral } from 'typeorm';
import { useRows } from './rows';

const Strict = new EntitySchema<ObjectLiteral>({
  name: 'strict',
  columns: {
    id: { type: 'int', primary: true },
    varchar: { type: 'varchar', length: 5, nullable: true },
    char: { type: 'char', length: 2, nullable: true },
    bit: { type: 'bit', length: 3, nullable: true },
    varbit: { type: 'varbit', length: 3, nullable: true },
    numeric: { type: 'numeric', precision: 5, scale: 2, nullable: true },
    int: { type: 'int', nullable: true },
    smallint: { type: 'smallint', nullable: true },
    bigint: { type: 'bigint', nullable: true },
    uuid: { type: 'uuid', nullable: true },
    text: { type: 'text', nullable: true },
    jsonb: { type: 'jsonb', nullable: true },
    enum: { type: 'enum', enum: ['a'], nullable: true },
    date: { type: 'date', nullable: true },
    timestamptz: { type: 'timestamptz', nullable: true },
    texts: { type: 'text', array: true, nullable: true },
  },
});

describe('a value that its column does not take', () => {
  const rows = useRows([Strict]);
  const stored = (id: number) => rows.now.dataSource.getRepository(Strict).findOneByOrFail({ id });

  beforeAll(() => rows.now.insert(Strict, 1, {}));

  it.each([
    ['varchar', '123456', '22001'],
    ['char', '123', '22001'],
    ['bit', '10', '22026'],
    ['bit', '1010', '22026'],
    ['varbit', '1010', '22001'],
    ['numeric', '1000', '22003'],
    ['numeric', 999.996, '22003'],
    ['numeric', 'x', '22P02'],
    ['int', 2 ** 31, '22003'],
    ['int', 1.5, '22P02'],
    ['int', '5x', '22P02'],
    ['int', NaN, '22P02'],
    ['smallint', 32768, '22003'],
    ['bigint', '9223372036854775808', '22003'],
    ['bigint', 1.5, '22P02'],
    ['uuid', 'garbage', '22P02'],
    ['text', 'a\0b', '22021'],
    ['texts', ['a\0b'], '22021'],
    ['jsonb', { a: '\0' }, '22P05'],
    ['jsonb', { a: '\ud800' }, '22P02'],
    ['enum', 'b', '22P02'],
    ['date', '2026-02-30', '22008'],
    ['timestamptz', new Date(NaN), '22007'],
  ])('is the error that an INSERT gives: %s = %j', async (name, value, code) => {
    await expect(rows.now.insert(Strict, 2, { [name]: value })).rejects.toMatchObject({ code });
    await expect(
      rows.now.update(Strict, 1, (row: ObjectLiteral) => (row[name] = value)),
    ).rejects.toMatchObject({
      code,
    });
    expect((await stored(1))[name]).toBeNull();
    expect(await rows.now.load(Strict, 2)).toBeUndefined();
  });

  it.each([
    ['numeric', '1.005', '1.01'],
    ['numeric', 1.005, '1.01'],
    ['numeric', -1.005, '-1.01'],
    ['numeric', '-0.001', '0.00'],
    ['numeric', '1e2', '100.00'],
    ['char', 'a', 'a '],
    ['varchar', 'abcde  ', 'abcde'],
  ])('is made to fit as an INSERT does: %s = %j', async (name, value, fits) => {
    await rows.now.insert(Strict, 3, { [name]: value });
    expect((await stored(3))[name]).toBe(fits);
    await rows.now.delete(Strict, 3);
  });
});
