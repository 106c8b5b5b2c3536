import { isPromise, leaveUnheard } from '../../async/is-promise';

/** What a user's function gave for a key that events are kept in order by. */
export function keyTextOf(value: unknown): string {
  if (isPromise(value)) leaveUnheard(value);
  if (typeof value === 'string') {
    // Keys of parked events are stored, and two that are stored alike would be one.
    if (value.includes('\0') || !value.isWellFormed())
      throw new TypeError('it gave a text with a character that PostgreSQL cannot store');
    return value;
  }
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && !Number.isNaN(value)) return String(value === 0 ? 0 : value);
  throw new TypeError(`it gave ${shown(value)}, and must give a text or a number`);
}

function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  if (isPromise(value)) return 'a promise';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
