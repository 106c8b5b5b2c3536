import { types as parsers } from 'pg';

const parseAny = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;

const ISO = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d$/;

const DOT = '.'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** Every event has a timestamp, and `pg` takes longer over it than over all its other columns: this is the usual form. */
export function parseTimestamp(text: string): Date {
  if (!ISO.test(text)) return parseAny(text);
  const two = (at: number) => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
  const end = text.length - 3;
  let ms = 0;
  if (text.charCodeAt(19) === DOT)
    for (let at = 20, unit = 100; at < end && unit >= 1; at++, unit /= 10)
      ms += (text.charCodeAt(at) - ZERO) * unit;
  const offset = two(end + 1) * (text[end] === '-' ? -1 : 1);
  const year = two(0) * 100 + two(2);
  // Date.UTC takes the first hundred years for those of the last century.
  if (year < 100) return parseAny(text);
  return new Date(Date.UTC(year, two(5) - 1, two(8), two(11) - offset, two(14), two(17), ms));
}
