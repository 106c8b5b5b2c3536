import { types as parsers } from 'pg';

const parseAny = parsers.getTypeParser(parsers.builtins.TIMESTAMPTZ) as (text: string) => Date;

/** `:SS` and perhaps a fraction, in UTC, as it stands behind the minute. */
const SECONDS = /^:\d\d(\.\d{1,6})?\+00:00$/;
const MINUTE_LENGTH = 'YYYY-MM-DDTHH:MM'.length;
const UTC = '+00:00';
const DOT = '.'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

const last = { minute: '?', ms: 0 };

/**
 * Takes a time as PostgreSQL writes it into JSON, which is the same whatever DateStyle is in force. Every event has one,
 * and `pg` takes longer over it than over all its other columns. Events that are read together are often of one minute,
 * and a session's time zone usually is UTC.
 */
export function parseTimestamp(text: string): Date {
  if (!text.startsWith(last.minute)) {
    const date = parseAny(text.replace('T', ' '));
    if (SECONDS.test(text.slice(MINUTE_LENGTH))) {
      last.minute = text.slice(0, MINUTE_LENGTH);
      last.ms = Math.floor(date.getTime() / 60_000) * 60_000;
    }
    return date;
  }
  if (!text.endsWith(UTC)) return parseAny(text.replace('T', ' '));
  const end = text.length - UTC.length;
  const digit = (at: number) => text.charCodeAt(at) - ZERO;
  let ms = digit(17) * 10_000 + digit(18) * 1_000;
  if (text.charCodeAt(19) === DOT)
    for (let at = 20, unit = 100; at < end && unit >= 1; at++, unit /= 10) ms += digit(at) * unit;
  return new Date(last.ms + ms);
}
