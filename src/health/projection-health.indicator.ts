import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Projections } from '../engine/projections';
import type { ProjectionStatus } from '../engine/projection-status';

export interface ProjectionHealthThresholds {
  /** The most events that may wait for a projection. @default no limit */
  readonly maxLagEvents?: number;
  /** The most seconds the oldest waiting event may have waited. @default no limit */
  readonly maxLagSeconds?: number;
  /** The most failed events that a projection may have set aside. @default no limit */
  readonly maxDeadLetters?: number;
  /** The most seconds since a projection's loop last turned. @default 60 */
  readonly maxHeartbeatAgeSeconds?: number;
}

/** A projection in the answer of a health endpoint. Positions are decimal strings. */
export interface ProjectionHealthDetail {
  readonly state: string;
  readonly position: string;
  readonly head: string;
  readonly lagEvents: number;
  readonly lagSeconds: number;
  /** Failed events set aside. */
  readonly deadLetters: number;
  readonly heartbeatAgeSeconds: number | null;
  readonly lastError: string | null;
  /** What is wrong with it; `null` when nothing is. */
  readonly problem: string | null;
}

/**
 * Reports every projection to Terminus, and is down when one has stopped, waits out an error, hangs, or
 * lags or sets aside beyond what is allowed.
 *
 * ```ts
 * this.health.check([() => this.projections.isHealthy('projections', { maxLagSeconds: 30 })])
 * ```
 */
@Injectable()
export class ProjectionHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Projections) private readonly projections: Projections,
  ) {}

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

function problemOf(
  { state, lag, error, deadLetters, heartbeatAgeMs }: ProjectionStatus,
  { maxLagEvents, maxLagSeconds, maxDeadLetters, maxHeartbeatAgeSeconds = 60 }: ProjectionHealthThresholds,
): string | null {
  if (state === 'stopped') return error?.message ?? 'stopped';
  if (state === 'retrying') return `tries again until this passes: ${error?.message ?? 'unknown'}`;
  if (heartbeatAgeMs !== undefined && heartbeatAgeMs > maxHeartbeatAgeSeconds * 1000)
    return `hangs: its loop last turned ${Math.round(heartbeatAgeMs / 1000)} s ago`;
  if (maxDeadLetters !== undefined && deadLetters > maxDeadLetters)
    return `has ${deadLetters} dead letters, more than ${maxDeadLetters}`;
  // Only an asked-for run moves such a projection: its distance to the head says nothing about health.
  if (state === 'idle') return null;
  if (maxLagEvents !== undefined && lag.events > maxLagEvents)
    return `lags ${lag.events} events behind, more than ${maxLagEvents}`;
  if (maxLagSeconds !== undefined && lag.seconds > maxLagSeconds)
    return `lags ${lag.seconds.toFixed(1)} s behind, more than ${maxLagSeconds}`;
  return null;
}

function detailOf(status: ProjectionStatus, problem: string | null): ProjectionHealthDetail {
  const { state, position, head, lag, deadLetters, heartbeatAgeMs, error } = status;
  return {
    state,
    position: String(position),
    head: String(head),
    lagEvents: lag.events,
    lagSeconds: lag.seconds,
    deadLetters,
    heartbeatAgeSeconds: heartbeatAgeMs === undefined ? null : heartbeatAgeMs / 1000,
    lastError: error?.message ?? null,
    problem,
  };
}
