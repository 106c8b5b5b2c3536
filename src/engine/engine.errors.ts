import { ProjectionError } from '../events/projection.error';
import type { RecordedEvent } from '../events/recorded-event';

/** A handler threw. Its batch was rolled back and the projection stopped before the event. */
export class HandlerFailedError extends ProjectionError {
  constructor(
    readonly projection: string,
    readonly method: string,
    readonly event: RecordedEvent,
    cause: unknown,
  ) {
    super(
      `Projection "${projection}" failed in ${method}() on ${event.type} at position ${event.globalPosition} ` +
        `(stream "${event.streamId}", version ${event.version}): ${messageOf(cause)}. ` +
        'Nothing of its batch was kept; mend the handler or the data and start the projection again.',
      { cause },
    );
  }
}

/** Nobody declared a projection of that name. */
export class UnknownProjectionError extends ProjectionError {
  constructor(name: string, known: readonly string[]) {
    super(
      `There is no projection "${name}" here. Known are: ${known.join(', ') || 'none'}. ` +
        'Check the name, and that a module of this application provides the class.',
    );
  }
}

/** The operation makes no sense for a projection of that kind. */
export class UnsupportedOperationError extends ProjectionError {
  constructor(operation: string, projection: string, why: string) {
    super(`Projection "${projection}" cannot ${operation}: ${why}.`);
  }
}

/** A projection did not get where it was waited for in time. */
export class WaitTimeoutError extends ProjectionError {
  constructor(projection: string, wanted: bigint, reached: bigint, timeoutMs: number) {
    super(
      `Projection "${projection}" did not reach position ${wanted} within ${timeoutMs} ms; it is at ${reached}. ` +
        'Look at its status for an error or a lag, or wait longer.',
    );
  }
}

/** The store ends before a stored checkpoint: it was emptied, or restored from an older copy. */
export class CheckpointBeyondStoreError extends ProjectionError {
  constructor(projection: string, position: bigint, head: bigint) {
    super(
      `Projection "${projection}" has its checkpoint at position ${position}, but the store ends at ${head}: ` +
        'the events were restored or removed without the read model. Rebuild the projection.',
    );
  }
}

/** A read model that a projection declares is not known to the data source. */
export class UnknownReadModelError extends ProjectionError {
  constructor(projection: string, entity: string) {
    super(
      `Projection "${projection}" declares the read model ${entity}, which is no entity of its data source: ` +
        'add it to entities, or import TypeOrmModule.forFeature with it where autoLoadEntities is on.',
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
