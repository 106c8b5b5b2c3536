import { ProjectionError } from './projection.error';

/**
 * A trigger or a rule in the database dropped events of an append, or changed their id, type, stream or version.
 * Thrown by `append`, all of which was rolled back. Have the trigger let events pass as they are.
 *
 * @publicApi
 */
export class EventsNotStoredError extends ProjectionError {
  /**
   * @param missing the places in the append, from 1, of events that were not stored under their id
   * @param changed those of events that were stored with another type, stream or version
   */
  constructor(
    readonly streamId: string,
    readonly missing: readonly number[],
    readonly changed: readonly number[],
  ) {
    super(
      `The append to stream "${streamId}" was rolled back: the database ${deeds(missing, changed)}. Look for a trigger ` +
        'or a rule on the events table: it must let every event pass with its id, stream, type and version.',
    );
  }
}

function deeds(missing: readonly number[], changed: readonly number[]): string {
  const all = [
    missing.length > 0 ? `did not store ${named(missing)}` : '',
    changed.length > 0 ? `changed type, stream or version of ${named(changed)}` : '',
  ];
  return all.filter((deed) => deed !== '').join(' and ');
}

/** More places than this say no more. */
const NAMED = 10;

function named(places: readonly number[]): string {
  const more = places.length > NAMED ? ` and ${places.length - NAMED} more` : '';
  return `event ${places.slice(0, NAMED).join(', ')}${more}`;
}
