import type { HealthIndicatorStatus } from '@nestjs/terminus';
import type { ProjectionModuleOptions, ProjectionOptions } from 'nestjs-projections';

/** What a worker is told by its environment, as JSON. */
export interface WorkerSettings {
  readonly url: string;
  /** Its connections go by this name. */
  readonly name: string;
  readonly projections: readonly ProjectionOptions[];
  readonly options: ProjectionModuleOptions;
  readonly poolSize?: number;
  /** Makes its handlers fail at random, as this seed has it. */
  readonly seed?: number;
}

/** What it says: once that it is ready, and how its projections are whenever it is asked. */
export type FromWorker = { readonly ready: true } | { readonly health: HealthIndicatorStatus };
