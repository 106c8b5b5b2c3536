import { types as parsers } from 'pg';
import { asRecorded, RecordedDate } from '../events/recorded-date';

/** What every engine of JavaScript reads alike; the application may have another parser than `pg` for the rest. */
const REGULAR = /^\d{4}-[^ ]*[+-]\d\d:\d\d$/;

const parseAny = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;

/**
 * Takes a time as `momentSql` writes it. Every event has one, and `pg` takes longer over it than over all its other
 * columns.
 */
export function momentOf(written: number | string): Date {
  if (typeof written === 'number') return new RecordedDate(Math.floor(written / 1_000));
  return REGULAR.test(written)
    ? new RecordedDate(Date.parse(written))
    : asRecorded(parseAny(written.replace('T', ' ')));
}
