import { sqlStateOf } from '../database/sql-state';

/** A program limit was exceeded, such as a text of a gigabyte; the server is out of memory. */
const STATES = new Set(['54000', '53200']);
/** What has no code of its own: an allocation of the server's beyond a gigabyte, and a text of Node's beyond half of one. */
const MESSAGES =
  /^(invalid memory alloc request size|Invalid string length|Cannot create a string longer than)/;

/** Whether a read failed because what it asked for was too much at once. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && (STATES.has(sqlStateOf(error) ?? '') || MESSAGES.test(error.message));
}
