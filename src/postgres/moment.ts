import { types as parsers } from 'pg';
import { RecordedDate } from '../events/recorded-date';

const parseAny = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;

/**
 * Takes a time as `momentSql` writes it. Every event has one, and `pg` takes longer over it than over all its other
 * columns.
 */
export function momentOf(written: number | string): Date {
  return typeof written === 'number'
    ? new RecordedDate(Math.floor(written / 1_000))
    : parseAny(written.replace('T', ' '));
}
