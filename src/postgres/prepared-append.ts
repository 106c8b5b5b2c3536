import { randomUUID } from 'node:crypto';
import type { ExpectedVersion } from '../events/event-store';
import { InvalidEventError } from '../events/invalid-event.error';
import type { NewEvent } from '../events/new-event';

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
  /** Whether the caller chose the ids, so that the same append may have been made before. */
  readonly repeatable: boolean;
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly data: readonly string[];
  readonly metadata: readonly string[];
}

/** @throws InvalidEventError */
export function prepareAppend(
  streamId: string,
  events: readonly NewEvent[],
  expectedVersion: ExpectedVersion,
  maxEventBytes: number,
): PreparedAppend {
  checkName('The stream id', streamId, MAX_STREAM_ID);
  const ids = events.map(({ id }) => (id === undefined ? randomUUID() : String(id as unknown).toLowerCase()));
  const seen = new Set<string>();
  const columns = events.map((event, index) => {
    const where = `Event ${index + 1} of ${events.length} for stream "${streamId}"`;
    checkName(`${where}: its type`, event.type, MAX_TYPE);
    if (!UUID.test(ids[index]!)) throw new InvalidEventError(`${where}: its id "${event.id}" is not a UUID.`);
    if (seen.size === seen.add(ids[index]!).size)
      throw new InvalidEventError(`${where}: its id ${event.id} stands twice in this append.`);
    const data = toJson(event.data, `${where}: its data`);
    const metadata = toJson(event.metadata ?? {}, `${where}: its metadata`);
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
    repeatable: events.some(({ id }) => id !== undefined),
    ids,
    types: events.map(({ type }) => type),
    data: columns.map(({ data }) => data),
    metadata: columns.map(({ metadata }) => metadata),
  };
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

function toJson(value: unknown, what: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidEventError(`${what} must be a JSON object, not ${describe(value)}.`);
  let json: string | undefined;
  try {
    json = JSON.stringify(value) as string | undefined;
  } catch (cause) {
    throw new InvalidEventError(`${what} cannot be written as JSON: ${(cause as Error).message}`, { cause });
  }
  if (!json?.startsWith('{')) throw new InvalidEventError(`${what} is no JSON object once written as JSON.`);
  if (UNSTORABLE.test(json))
    throw new InvalidEventError(
      `${what} has a character (NUL or half of a pair) that PostgreSQL cannot store.`,
    );
  return json;
}

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
      `not ${JSON.stringify(expected)}.`,
  );
}
