import { types as parsers } from 'pg';
import { parseTimestamp } from '../../src/postgres/timestamp';

const parse = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;

describe('parseTimestamp', () => {
  it.each([
    '2026-11-25 17:50:56.123456+00',
    '2026-11-25 17:50:56.1+00',
    '2026-11-25 17:50:56.12+02',
    '2026-02-28 23:59:59.999999-08',
    '2026-11-25 17:50:56+00',
    '2024-02-29 00:00:00+00',
    '2026-11-25 17:50:56.5+05:30',
    '1883-11-18 12:00:00-04:56:02',
    '0044-03-15 12:00:00+00',
    '0044-03-15 12:00:00+00 BC',
    'infinity',
  ])('takes %s as pg does', (text) => {
    expect(parseTimestamp(text)).toEqual(parse(text));
    // The second time it is of a minute that is known.
    expect(parseTimestamp(text)).toEqual(parse(text));
  });

  it.each([
    '17:50:00+00',
    '17:50:59.999999+00',
    '17:50:07.5+00',
    '17:50:07+02',
    '17:50:07.25+05:30',
    '17:50:07+00 BC',
  ])('takes %s of a minute that is known as pg does', (time) => {
    parseTimestamp('2026-11-25 17:50:56.123456+00');
    const text = `2026-11-25 ${time}`;
    expect(parseTimestamp(text)).toEqual(parse(text));
  });
});
