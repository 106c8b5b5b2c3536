import type { RecordedEvent } from '../events/recorded-event';

/** A user's function that names what an event is kept in order by. */
export type KeyCallback = (event: RecordedEvent) => unknown;

/** Events are kept in order by the stream, where the projection does not say otherwise. */
export const streamOf = ({ streamId }: RecordedEvent): string => streamId;
