import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Projections } from '../engine/control/projections';
import type { ProjectionStatus } from '../engine/control/projection-status';

/** From where on a projection counts as unhealthy. */
export interface ProjectionHealthThresholds {
  /** The most events that may wait for a projection, also behind an append that is still open. @default no limit */
  readonly maxLagEvents?: number;
  /** The most seconds the oldest waiting event may have waited. @default no limit */
  readonly maxLagSeconds?: number;
  /** The most failed events that a projection may have set aside. @default no limit */
  readonly maxDeadLetters?: number;
  /** The most seconds since a projection's loop last turned. @default 60 */
  readonly maxHeartbeatAgeSeconds?: number;
  /**
   * The most seconds for which nobody may run a projection that somebody should run. What it lags behind meanwhile counts
   * at once.
   * @default 60
   */
  readonly maxUnownedSeconds?: number;
}

/** A projection in the answer of a health endpoint. Positions are decimal strings. */
export interface ProjectionHealthDetail {
  /** As in `ProjectionStatus`. */
  readonly state: string;
  readonly position: string;
  readonly head: string;
  /** How many settled events wait. */
  readonly lagEvents: number;
  /** The age of the oldest waiting event, in seconds. */
  readonly lagSeconds: number;
  /** Committed events that cannot be applied yet, because an append before them is still open. */
  readonly unsettledEvents: number;
  /** For how many seconds the oldest of them has waited. */
  readonly unsettledSeconds: number;
  /** For how many seconds the head has waited for an append that is still open. */
  readonly headPendingSeconds: number;
  /** Failed events set aside. */
  readonly deadLetters: number;
  /** Events set aside that wait behind them. */
  readonly waiting: number;
  /** For how many seconds nobody has run it; `null` where somebody does, or need not. */
  readonly unownedSeconds: number | null;
  /** Seconds since the slowest of its loops here last turned; `null` when none runs here. */
  readonly heartbeatAgeSeconds: number | null;
  /** The message of its error; `null` where there is none. */
  readonly lastError: string | null;
  /** What is wrong with it; `null` when nothing is. */
  readonly problem: string | null;
}

/**
 * Reports every projection to Terminus. The indicator is down when a projection is stopped, retries after an error
 * here or elsewhere, hangs, or has no owner, and when its lag or its dead letters pass a threshold.
 *
 * @publicApi
 */
@Injectable()
export class ProjectionHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Projections) private readonly projections: Projections,
  ) {}

  /**
   * Answers within 5 seconds, whatever the database does: an error of the database makes the indicator down, and is
   * not thrown.
   *
   * @param thresholds which lag and which number of dead letters count as unhealthy; none by default
   *
   * @example
   * ```ts
   * class HealthController {
   *   constructor(
   *     private readonly health: HealthCheckService,
   *     private readonly projections: ProjectionHealthIndicator,
   *   ) {}
   *
   *   check(): Promise<HealthCheckResult> {
   *     return this.health.check([() => this.projections.isHealthy('projections', { maxLagSeconds: 30 })]);
   *   }
   * }
   * ```
   */
  async isHealthy<Key extends string>(
    key: Key,
    thresholds: ProjectionHealthThresholds = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const indicator = this.indicators.check(key);
    let statuses: ProjectionStatus[];
    try {
      statuses = await this.projections.status();
    } catch (error) {
      return indicator.down({
        message: `The state of the projections cannot be read: ${(error as Error).message}`,
      });
    }
    const projections = Object.fromEntries(
      statuses.map((status) => [status.name, detailOf(status, problemOf(status, thresholds))]),
    );
    const healthy = Object.values(projections).every(({ problem }) => problem === null);
    return healthy ? indicator.up({ projections }) : indicator.down({ projections });
  }
}

function problemOf(status: ProjectionStatus, thresholds: ProjectionHealthThresholds): string | null {
  const { state, error, deadLetters, heartbeatAgeMs } = status;
  const { maxDeadLetters, maxHeartbeatAgeSeconds = 60 } = thresholds;
  if (state === 'stopped') return error?.message ?? 'stopped';
  if (state === 'retrying') return `tries again until this passes: ${error?.message ?? 'unknown'}`;
  const unowned = unownedProblemOf(status, thresholds);
  if (unowned !== null) return unowned;
  if (heartbeatAgeMs !== undefined && heartbeatAgeMs > maxHeartbeatAgeSeconds * 1000)
    return `hangs: its loop last turned ${Math.round(heartbeatAgeMs / 1000)} s ago`;
  if (maxDeadLetters !== undefined && deadLetters > maxDeadLetters)
    return `has ${deadLetters} dead letters, more than ${maxDeadLetters}`;
  // Only an asked-for run moves such a projection: its distance to the head says nothing about health.
  if (state === 'idle') return null;
  return lagProblemOf(status, thresholds);
}

function unownedProblemOf(
  { state, version, owners, unownedSeconds }: ProjectionStatus,
  { maxUnownedSeconds = 60 }: ProjectionHealthThresholds,
): string | null {
  if (state === 'outdated' && owners.length === 0)
    return (
      `nobody runs it: this code has version ${version.here}, and version ${version.stored} has run on this database. ` +
      `Deploy version ${version.stored} or a newer one; to go back to this code for good, raise its version above ` +
      `${version.stored} and rebuild the projection`
    );
  if (state !== 'unowned' || unownedSeconds === undefined || unownedSeconds <= maxUnownedSeconds) return null;
  return (
    `nobody has run it for ${Math.round(unownedSeconds)} s, more than ${maxUnownedSeconds}: ` +
    'start an instance that runs it (see the option run)'
  );
}

function lagProblemOf(
  { lag, unsettled, head }: ProjectionStatus,
  { maxLagEvents, maxLagSeconds }: ProjectionHealthThresholds,
): string | null {
  const behindOpen =
    unsettled.events > 0
      ? `; ${unsettled.events} of them wait for an append behind position ${head} that is still open`
      : '';
  const events = lag.events + unsettled.events;
  if (maxLagEvents !== undefined && events > maxLagEvents)
    return `lags ${events} events behind, more than ${maxLagEvents}${behindOpen}`;
  const seconds = Math.max(lag.seconds, unsettled.seconds);
  if (maxLagSeconds !== undefined && seconds > maxLagSeconds)
    return `lags ${seconds.toFixed(1)} s behind, more than ${maxLagSeconds}${behindOpen}`;
  return null;
}

function detailOf(status: ProjectionStatus, problem: string | null): ProjectionHealthDetail {
  const { state, position, head, lag, unsettled, headPendingSeconds, deadLetters, waiting } = status;
  const { unownedSeconds, heartbeatAgeMs, error } = status;
  return {
    state,
    position: String(position),
    head: String(head),
    lagEvents: lag.events,
    lagSeconds: lag.seconds,
    unsettledEvents: unsettled.events,
    unsettledSeconds: unsettled.seconds,
    headPendingSeconds,
    deadLetters,
    waiting,
    unownedSeconds: unownedSeconds ?? null,
    heartbeatAgeSeconds: heartbeatAgeMs === undefined ? null : heartbeatAgeMs / 1000,
    lastError: error?.message ?? null,
    problem,
  };
}
