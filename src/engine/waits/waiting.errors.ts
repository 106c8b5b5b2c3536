import { ProjectionError } from '../../events/projection.error';
import type { SetAsideEvent } from '../../state/progress.store';

/** An event that was waited for is not in the read model: it failed, or waits behind one that did. */
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

/** What was asked for would wait until somebody resumes the projection. */
export class ProjectionPausedError extends ProjectionError {
  constructor(
    readonly projection: string,
    operation: string,
  ) {
    super(`Projection "${projection}" cannot ${operation}: it is paused. Resume it first.`);
  }
}

/** A handler of a projection, or an effect of it, waits for what the projection does only when that has ended. */
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

/** Projections were asked for before the application has started, or after it has stopped. */
export class ProjectionsNotRunningError extends ProjectionError {
  constructor(when: 'not started yet' | 'stopped') {
    super(
      `The projections of this application have ${when}: they start in onApplicationBootstrap, which app.init() and ` +
        'app.listen() bring about, and stop in onModuleDestroy. Ask in between.',
    );
  }
}

/** Whoever carries out a command has not got on with it for long. */
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

/** The database did not answer in time. */
export class StatusUnavailableError extends ProjectionError {
  constructor(seconds: number) {
    super(
      `The database did not answer within ${seconds} s, so nothing is known of the projections: their connection is ` +
        'dead, or the pool has no free one. Next: look at the database and at the pool of the data source.',
    );
  }
}
