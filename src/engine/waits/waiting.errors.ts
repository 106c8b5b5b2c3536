import { ProjectionError } from '../../events/projection.error';
import type { SetAsideEvent } from '../../state/progress.store';

/**
 * An awaited event is not in the read model: it failed, or waits behind one that did. Thrown by `waitFor` with the
 * result of an append. Fix the cause, and retry or discard the dead letter.
 *
 * @publicApi
 */
export class EventSetAsideError extends ProjectionError {
  /** The position of the event. */
  readonly position: bigint;

  constructor(
    readonly projection: string,
    { state, type, position, streamId, errorMessage }: SetAsideEvent,
  ) {
    const why =
      state === 'failed'
        ? `it failed: ${errorMessage ?? 'unknown'}`
        : 'it waits behind an earlier event of the same parked stream, which failed';
    super(
      `Projection "${projection}" has set aside ${type} at position ${position} (stream "${streamId}"), so its rows do ` +
        `not show it; ${why} Next: fix the cause and call retryDeadLetters, or discardDeadLetters.`,
    );
    this.position = BigInt(position);
  }
}

/**
 * The operation would wait until somebody resumes the projection. Thrown by `catchUp` and `rebuild`. Resume the
 * projection first.
 *
 * @publicApi
 */
export class ProjectionPausedError extends ProjectionError {
  constructor(
    readonly projection: string,
    operation: string,
  ) {
    super(`Projection "${projection}" cannot ${operation}: it is paused. Resume it first.`);
  }
}

/**
 * A handler of a projection, or an effect of it, waits for work that the projection does only when the handler has
 * ended. Thrown by the methods of `Projections` that wait. Ask outside of the projection, or do not await the call
 * there.
 *
 * @publicApi
 */
export class WaitsForItselfError extends ProjectionError {
  constructor(
    readonly projection: string,
    operation: string,
  ) {
    super(
      `Projection "${projection}" cannot ${operation} from within: one of its handlers, or an afterCommit effect, asks for ` +
        'it, and the projection gets on only when that has ended. Next: ask outside of the projection, or do not wait ' +
        'for it there.',
    );
  }
}

/**
 * Projections were asked for before the application has started, or after it has stopped. Thrown by `status`,
 * `waitFor`, `catchUp` and `rebuild`. Ask after `app.init()` or `app.listen()`, and before `app.close()`.
 *
 * @publicApi
 */
export class ProjectionsNotRunningError extends ProjectionError {
  constructor(when: 'not started yet' | 'stopped') {
    super(
      `The projections of this application have ${when}: they start in onApplicationBootstrap, which app.init() and ` +
        'app.listen() bring about, and stop in onModuleDestroy. Ask in between.',
    );
  }
}

/**
 * The owner of a projection has taken up a command, and makes no progress with it. Thrown by `skip`,
 * `retryDeadLetters` and `discardDeadLetters`. Look at the status of the projection for an error, and give the
 * command again.
 *
 * @publicApi
 */
export class CommandStalledError extends ProjectionError {
  constructor(
    readonly projection: string,
    command: string,
    silentSeconds: number,
  ) {
    super(
      `The command to ${command} was taken up for projection "${projection}", but has made no progress for ` +
        `${Math.round(silentSeconds)} s: what it did until then stays. Next: look at the projection's status for an ` +
        'error, and give the command again.',
    );
  }
}

/**
 * The database did not answer in time. Thrown by `status` after 4.5 seconds. Look at the database, and at the pool of
 * the data source.
 *
 * @publicApi
 */
export class StatusUnavailableError extends ProjectionError {
  constructor(seconds: number) {
    super(
      `The database did not answer within ${seconds} s, so nothing is known of the projections: their connection is ` +
        'dead, or the pool has no free one. Next: look at the database and at the pool of the data source.',
    );
  }
}
