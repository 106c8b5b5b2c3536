import {
  abortSignal,
  checkArgument,
  checkOptions,
  milliseconds,
  position,
  text,
} from '../../authoring/argument-checks';
import { type Check, listOf, show } from '../../authoring/option-checks';
import { InvalidArgumentError } from '../../events/invalid-argument.error';
import type { AuditNote } from '../../state/audit.store';
import type { DeadLetterFilter } from '../../state/dead-letter';
import { UnsupportedOperationError } from '../failures/operation.errors';
import type { WaitLimits } from '../waits/waiter';

const FILTER = {
  ids: listOf('ids of dead letters', (id) => typeof id === 'string' && /^\d+$/.test(id) && isInRange(id)),
  streamId: text,
  type: text,
} satisfies Record<keyof DeadLetterFilter, Check>;

const AUDIT_NOTE = { by: text, reason: text } satisfies Record<keyof AuditNote, Check>;

const LIMITS = { timeoutMs: milliseconds, signal: abortSignal } satisfies Record<keyof WaitLimits, Check>;

const isInRange = (id: string): boolean => position(BigInt(id)) === undefined;

export const checkNote = (call: string, given: unknown): void => checkOptions(call, given, AUDIT_NOTE);
export const checkPosition = (given: unknown): void => checkArgument('skip', 'position', given, position);
export const checkFilter = (call: string, given: unknown): void => checkOptions(call, given, FILTER);
export const checkLimits = (call: string, given: unknown): void => checkOptions(call, given, LIMITS);
export const checkRebuild = (given: unknown): void =>
  checkOptions('rebuild', given, { ...AUDIT_NOTE, ...LIMITS });

/** What is discarded is lost: a field that came out undefined must not mean all. */
export function checkDiscard(given: unknown): void {
  checkOptions('discardDeadLetters', given, { ...FILTER, ...AUDIT_NOTE });
  const open = Object.keys(FILTER).find(
    (field) =>
      Object.hasOwn(given as object, field) && (given as DeadLetterFilter)[field as never] === undefined,
  );
  if (open !== undefined)
    throw new InvalidArgumentError(
      'discardDeadLetters',
      `${open} is undefined: leave it out if all are meant`,
    );
}

/** What loses events says why, for whoever looks for them later. */
export function checkReason(operation: string, projection: string, given: unknown): void {
  if (typeof given !== 'string' || given.trim() === '')
    throw new UnsupportedOperationError(
      operation,
      projection,
      'it loses events, and so it needs a reason to be kept',
    );
}

/** A position, or what `append` returned: as JSON brings it, it would be compared with positions as a text is. */
export function checkWritten(given: unknown): void {
  const isResult = typeof given === 'object' && given !== null;
  if (!isResult && typeof given !== 'bigint')
    throw new InvalidArgumentError(
      'waitFor',
      `it waits for the result of append, or for a position, a bigint, not for ${show(given)}`,
    );
  const [what, value] = isResult
    ? ['the globalPosition of what it waits for', (given as { globalPosition?: unknown }).globalPosition]
    : ['what it waits for', given];
  checkArgument('waitFor', what, value, position);
}
