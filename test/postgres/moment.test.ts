import { types as parsers } from 'pg';
import { momentOf } from '../../src/postgres/moment';
import { momentSql } from '../../src/postgres/sql/moment.sql';
import { createDatabase, type TestDatabase } from '../support/database';

const parse = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;

const TIMES = [
  '2026-11-25 17:50:56.123456+00',
  '2026-11-25 17:50:56.123999+00',
  '2026-11-25 17:50:56.12+02',
  '2026-02-28 23:59:59.999999-08',
  '2026-11-25 17:50:56+00',
  '1970-01-01 00:00:00+00',
  '1969-12-31 23:59:59.999999+00',
  '1883-11-18 12:00:00-04:56:02',
  '2199-12-31 23:59:59.999999+00',
  '2262-04-11 23:47:16.854999+00',
  '0044-03-15 12:00:00+00',
  '0044-03-15 12:00:00+00 BC',
  'infinity',
];

describe('a time', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createDatabase()));
  afterAll(() => database.drop());

  it.each(['ISO, MDY', 'German', 'SQL, DMY'])('is read as pg does where DateStyle is %s', async (style) => {
    const session = await database.connect();
    const written = async (sql: string) =>
      (
        await session.query<{ text: string }>(
          `SELECT (${sql})::text AS text FROM unnest($1::timestamptz[]) t`,
          [TIMES],
        )
      ).rows.map(({ text }) => text);
    const usual = await written('t');
    await session.query(`SET DateStyle = ${style}; SET TimeZone = 'Asia/Kolkata'`);
    const read = (await written(momentSql('t'))).map((text) => momentOf(JSON.parse(text) as number | string));
    expect(read).toEqual(usual.map(parse));
  });

  it('is whole microseconds where a number holds them, which takes the least to read', async () => {
    const [row] = await database.query(
      `SELECT ${momentSql("'2026-11-25 17:50:56.123456+00'::timestamptz")} AS micros`,
    );
    expect(row).toEqual({ micros: '1795629056123456' });
  });

  it.each(['1950-06-01T00:00:00+00:00', '2300-06-01T00:00:00.5+05:30', '1883-11-18T12:00:00-04:56:02'])(
    'cannot be set where it is far from today: %s',
    (written) => {
      expect(() => momentOf(written).setTime(0)).toThrow('copy it by new Date(date)');
    },
  );
});
