import type { Model } from '../models/model';

/** What a run has to do, as its process is told. */
export interface RunContext {
  readonly url: string;
  readonly models: readonly Model[];
  /** Apply the events up to this position, which is the store's last unless the run is cut short. */
  readonly events: number;
  /** How many of them the models handle. */
  readonly handled: number;
}

/** What a run has measured; units are part of the names. */
export type Measures = Readonly<Record<string, number>>;

/** One way to do the work of a workload. */
export interface Variant {
  readonly name: string;
  /** Slow ways are measured on the first events only; a rate is a rate. @default all events */
  readonly maxEvents?: number;
  /** What it leaves in the models' tables must equal what the others leave. @default true */
  readonly comparable?: boolean;
  run(context: RunContext): Promise<Measures>;
}

export async function timed(events: number, work: () => Promise<void>): Promise<Measures> {
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return { 'events/s': (events * 1000) / ms, ms };
}
