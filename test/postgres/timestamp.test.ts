import { types as parsers } from 'pg';
import { parseTimestamp } from '../../src/postgres/timestamp';

const parser = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;
/** As `pg` does with what PostgreSQL writes outside of JSON. */
const parse = (text: string) => parser(text.replace('T', ' '));

describe('parseTimestamp', () => {
  it.each([
    '2026-11-25T17:50:56.123456+00:00',
    '2026-11-25T17:50:56.1+00:00',
    '2026-11-25T17:50:56.12+02:00',
    '2026-02-28T23:59:59.999999-08:00',
    '2026-11-25T17:50:56+00:00',
    '2024-02-29T00:00:00+00:00',
    '2026-11-25T17:50:56.5+05:30',
    '1883-11-18T12:00:00-04:56:02',
    '0044-03-15T12:00:00+00:00',
    '0044-03-15T12:00:00+00:00 BC',
    'infinity',
  ])('takes %s as pg does', (text) => {
    expect(parseTimestamp(text)).toEqual(parse(text));
    // The second time it is of a minute that is known.
    expect(parseTimestamp(text)).toEqual(parse(text));
  });

  it.each([
    '17:50:00+00:00',
    '17:50:59.999999+00:00',
    '17:50:07.5+00:00',
    '17:50:07+02:00',
    '17:50:07.25+05:30',
    '17:50:07+00:00 BC',
  ])('takes %s of a minute that is known as pg does', (time) => {
    parseTimestamp('2026-11-25T17:50:56.123456+00:00');
    const text = `2026-11-25T${time}`;
    expect(parseTimestamp(text)).toEqual(parse(text));
  });
});
