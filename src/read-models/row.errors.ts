import { ProjectionError } from '../events/projection.error';
export class ForeignWriteError extends ProjectionError {}
