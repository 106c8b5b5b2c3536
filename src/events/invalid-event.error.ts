import { ProjectionError } from './projection.error';

/** An event, or the stream id it was meant for, cannot be stored. Nothing of its append was written. */
export class InvalidEventError extends ProjectionError {}
