import 'reflect-metadata';
import { workloads } from '../workloads';
import type { Job, JobResult } from './job';

/** One measured run in a process of its own, so that its peak of memory is its own. */
async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2]!) as Job;
  const workload = workloads.find(({ id }) => id === job.workload)!;
  const variant = workload.variants.find(({ name }) => name === job.variant)!;
  const measures = await variant.run({ ...job, models: workload.models });
  const result: JobResult = { ...measures, 'peak MB': process.resourceUsage().maxRSS / 1024 };
  process.send!(result);
  process.disconnect();
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
  process.disconnect();
});
