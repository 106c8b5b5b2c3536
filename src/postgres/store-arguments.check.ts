import { checkArgument, checkOptions, count, position, text } from '../authoring/argument-checks';
import { type Check, listOf, show } from '../authoring/option-checks';
import type { ReadAllOptions, ReadStreamOptions } from '../events/event-store';
import type { AppendOptions } from '../events/event-store';

const READ_STREAM = { fromVersion: count, limit: count } satisfies Record<keyof ReadStreamOptions, Check>;

const READ_ALL = {
  after: position,
  limit: count,
  types: listOf('types of events', (type) => text(type) === undefined),
} satisfies Record<keyof ReadAllOptions, Check>;

/** What an append says of its events and their version is checked with them. */
const APPEND = {
  expectedVersion: () => undefined,
  idempotencyKey: () => undefined,
  manager: (value) =>
    typeof value === 'object' && value !== null
      ? undefined
      : `must be the EntityManager of a transaction, not ${show(value)}`,
} satisfies Record<keyof AppendOptions, Check>;

const date: Check = (value) =>
  value instanceof Date && !Number.isNaN(value.getTime())
    ? undefined
    : `must be a valid Date, not ${show(value)}`;

export const checkAppend = (options: unknown): void => checkOptions('append', options, APPEND);
export const checkReadAll = (options: unknown): void => checkOptions('readAll', options, READ_ALL);
export const checkDate = (given: unknown): void => checkArgument('positionBefore', 'date', given, date);

export function checkReadStream(streamId: unknown, options: unknown): void {
  checkArgument('readStream', 'streamId', streamId, text);
  checkOptions('readStream', options, READ_STREAM);
}
