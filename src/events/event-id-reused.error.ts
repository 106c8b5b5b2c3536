import { ProjectionError } from './projection.error';

/** An append used the id of an event that is stored already and differs, or only some of its events are. */
export class EventIdReusedError extends ProjectionError {
  constructor(
    readonly streamId: string,
    readonly ids: readonly string[],
  ) {
    super(
      `The append to stream "${streamId}" reuses the event id ${ids.join(', ')} for a different append: ` +
        'an id belongs to one event for ever. Repeat the first append unchanged, or use a new id.',
    );
  }
}
