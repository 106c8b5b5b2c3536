import { randomUUID } from 'node:crypto';
import { show } from '../authoring/option-checks';
import type { AppendOptions, ExpectedVersion } from '../events/event-store';
import { InvalidEventError } from '../events/invalid-event.error';
import { findJsonProblem, type JsonProblem, TOO_DEEP } from '../events/json-problem';
import type { NewEvent } from '../events/new-event';
import { keyedId } from './keyed-id';

/** In bytes: what an index holds (2,704 bytes a row) is counted in them. */
const MAX_STREAM_ID = 1000;
const MAX_TYPE = 255;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Escapes that JSON allows and jsonb refuses: the NUL character and lone surrogates. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** An append checked and turned into columns, before anything is written. */
export interface PreparedAppend {
  readonly streamId: string;
  /** `undefined` means any. */
  readonly expected: number | undefined;
  /** Whether the caller chose the ids, or the key they come from, so that the same append may have been made before. */
  readonly repeatable: boolean;
  /** Where the ids come from; equal ids then mean equal appends, whatever their data. */
  readonly key: string | undefined;
  /** With a key: the id that one event more would have. */
  readonly nextId: string | undefined;
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly data: readonly string[];
  readonly metadata: readonly string[];
}

/** @throws InvalidEventError */
export function prepareAppend(
  streamId: string,
  events: readonly NewEvent[],
  { expectedVersion = 'any', idempotencyKey: key }: AppendOptions,
  maxEventBytes: number,
): PreparedAppend {
  checkName('The stream id', streamId, MAX_STREAM_ID);
  checkEvents(streamId, events);
  if (key !== undefined) checkKey(streamId, events, key);
  const ids = events.map(({ id }, place) => {
    if (key !== undefined) return keyedId(streamId, key, place);
    if (id === undefined) return randomUUID();
    // Whoever writes no TypeScript may give anything.
    return typeof (id as unknown) === 'string' ? id.toLowerCase() : '';
  });
  const seen = new Set<string>();
  const columns = events.map((event, index) => {
    const where = `Event ${index + 1} of ${events.length} for stream "${streamId}"`;
    checkName(`${where}: its type`, event.type, MAX_TYPE);
    if (!UUID.test(ids[index]!)) throw new InvalidEventError(`${where}: its id "${event.id}" is not a UUID.`);
    if (seen.size === seen.add(ids[index]!).size)
      throw new InvalidEventError(`${where}: its id ${event.id} stands twice in this append.`);
    const data = toJson(event.data, where, 'data');
    const metadata = toJson(event.metadata ?? {}, where, 'metadata');
    const bytes = Buffer.byteLength(data) + Buffer.byteLength(metadata);
    if (bytes > maxEventBytes)
      throw new InvalidEventError(
        `${where} has ${bytes} bytes of JSON, more than maxEventBytes (${maxEventBytes}): ` +
          'store the bulk elsewhere and refer to it, or raise the limit on ProjectionModule.',
      );
    return { data, metadata };
  });
  return {
    streamId,
    expected: expectedNumber(streamId, expectedVersion),
    repeatable: key !== undefined || events.some(({ id }) => id !== undefined),
    key,
    nextId: key === undefined ? undefined : keyedId(streamId, key, events.length),
    ids,
    types: events.map(({ type }) => type),
    data: columns.map(({ data }) => data),
    metadata: columns.map(({ metadata }) => metadata),
  };
}

/** Whoever writes no TypeScript may give anything. */
function checkEvents(streamId: string, events: unknown): void {
  if (!Array.isArray(events))
    throw new InvalidEventError(`The events for stream "${streamId}" must be an array, not ${show(events)}.`);
  const misfit = events.findIndex((event) => typeof event !== 'object' || event === null);
  if (misfit >= 0)
    throw new InvalidEventError(
      `Event ${misfit + 1} of ${events.length} for stream "${streamId}" must be an object with a type and data, ` +
        `not ${show(events[misfit])}.`,
    );
}

function checkKey(streamId: string, events: readonly NewEvent[], key: unknown): void {
  if (typeof key !== 'string' || key === '')
    throw new InvalidEventError(
      `idempotencyKey for stream "${streamId}" must be a string with something in it, not ${JSON.stringify(key)}.`,
    );
  const withId = events.findIndex(({ id }) => id !== undefined);
  if (withId >= 0)
    throw new InvalidEventError(
      `Event ${withId + 1} of ${events.length} for stream "${streamId}" has an id, but the append has an ` +
        'idempotencyKey, which gives all its events their ids: leave one of them out.',
    );
}

function checkName(what: string, value: unknown, longest: number): void {
  if (typeof value !== 'string' || value.trim() === '')
    throw new InvalidEventError(`${what} is empty: it must be a string with something in it.`);
  const bytes = Buffer.byteLength(value);
  if (bytes > longest)
    throw new InvalidEventError(`${what} has ${bytes} bytes; at most ${longest} can be stored.`);
  if (value.includes('\0') || !value.isWellFormed())
    throw new InvalidEventError(`${what} has a character that PostgreSQL cannot store.`);
}

function toJson(value: unknown, where: string, part: 'data' | 'metadata'): string {
  const what = `${where}: its ${part}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidEventError(`${what} must be a JSON object, not ${describe(value)}.`);
  let json: string | undefined;
  let problem: JsonProblem | undefined;
  try {
    // Refuses what refers to itself, so that the search for problems ends.
    json = JSON.stringify(value) as string | undefined;
    problem = findJsonProblem(value);
  } catch (cause) {
    // A bigint is refused, too, but without the place.
    problem = problemOfRefused(value, cause);
    if (!problem)
      throw new InvalidEventError(`${what} cannot be written as JSON: ${textOf(cause)}`, { cause });
  }
  if (problem === TOO_DEEP) throw new InvalidEventError(`${what} is ${problem.what}: make it flatter.`);
  if (problem)
    throw new InvalidEventError(
      `${where}: ${part}${problem.path} is ${problem.what}, which JSON cannot hold: ` +
        'give texts, finite numbers, booleans, null, arrays and plain objects of them.',
    );
  if (!json?.startsWith('{')) throw new InvalidEventError(`${what} is no JSON object once written as JSON.`);
  if (UNSTORABLE.test(json))
    throw new InvalidEventError(
      `${what} has a character (NUL or half of a pair) that PostgreSQL cannot store.`,
    );
  return json;
}

function problemOfRefused(value: unknown, cause: unknown): JsonProblem | undefined {
  try {
    const problem = findJsonProblem(value);
    const isEndless = problem === TOO_DEEP && !(cause instanceof RangeError);
    return isEndless ? undefined : problem;
  } catch {
    // What refused it is code of its own.
    return undefined;
  }
}

const textOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value === 'undefined' ? 'missing' : `a ${typeof value}`;
}

function expectedNumber(streamId: string, expected: ExpectedVersion): number | undefined {
  if (expected === 'any') return undefined;
  if (expected === 'no-stream') return 0;
  if (Number.isSafeInteger(expected) && expected >= 0) return expected;
  throw new InvalidEventError(
    `expectedVersion for stream "${streamId}" must be a version from 0, 'any' or 'no-stream', ` +
      `not ${show(expected)}.`,
  );
}
