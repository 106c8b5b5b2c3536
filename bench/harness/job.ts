import { once } from 'node:events';
import { join } from 'node:path';
import { forkModule } from './fork-module';
import type { Measures } from './run';

/** A run, as one process tells another. */
export interface Job {
  readonly url: string;
  readonly workload: string;
  readonly variant: string;
  readonly events: number;
  readonly handled: number;
}

export type JobResult = Measures;

/** @throws when the process fails */
export async function runJob(job: Job): Promise<JobResult> {
  const child = forkModule(join(__dirname, 'child'), [JSON.stringify(job)]);
  let result: JobResult | undefined;
  child.on('message', (message) => (result = message as JobResult));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0 || !result) throw new Error(`${job.workload}, ${job.variant}: ended with code ${code}`);
  return result;
}
