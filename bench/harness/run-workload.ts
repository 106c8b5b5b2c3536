import { BenchDatabase } from './database';
import { type JobResult, runJob } from './job';
import type { Variant } from './run';
import { type Summary, summarise } from './statistics';
import type { Workload } from './workload';

export interface VariantResult {
  readonly variant: string;
  readonly events: number;
  readonly runs: readonly JobResult[];
  readonly summaries: Readonly<Record<string, Summary>>;
}

export interface WorkloadResult {
  readonly workload: string;
  readonly title: string;
  readonly events: number;
  readonly variants: readonly VariantResult[];
}

/** Runs every variant once, then every variant again: what drifts on the machine drifts for all. */
export async function runWorkload(
  serverUrl: string,
  workload: Workload,
  events: number,
  repetitions: number,
  said: (line: string) => void,
): Promise<WorkloadResult> {
  const database = await BenchDatabase.create(serverUrl, workload, events);
  try {
    const runs = new Map<Variant, JobResult[]>(workload.variants.map((variant) => [variant, []]));
    const digests = new Map<string, string>();
    for (let repetition = 1; repetition <= repetitions; repetition++)
      for (const variant of workload.variants) {
        said(`${workload.id} ${repetition}/${repetitions} ${variant.name}`);
        runs.get(variant)!.push(await runOnce(database, workload, variant, events, digests));
      }
    return {
      workload: workload.id,
      title: workload.title,
      events,
      variants: [...runs].map(([variant, results]) => toResult(variant, events, results)),
    };
  } finally {
    await database.drop();
  }
}

/** @param digests what the tables looked like after runs over all events */
async function runOnce(
  database: BenchDatabase,
  { id, models }: Workload,
  { name, maxEvents = Infinity, comparable = true }: Variant,
  all: number,
  digests: Map<string, string>,
): Promise<JobResult> {
  const events = Math.min(all, maxEvents);
  await database.reset(models);
  const handled = await database.handled(models, events);
  const result = await runJob({ url: database.url, workload: id, variant: name, events, handled });
  if (comparable && events === all) {
    const digest = await database.digest(models);
    const [first] = digests;
    digests.set(name, digest);
    if (first && first[1] !== digest)
      throw new Error(`${id}: the tables of "${name}" differ from "${first[0]}"`);
  }
  return result;
}

function toResult({ name, maxEvents = Infinity }: Variant, events: number, runs: JobResult[]): VariantResult {
  const metrics = Object.keys(runs[0] ?? {});
  const summaries = Object.fromEntries(
    metrics.map((metric) => [metric, summarise(runs.map((run) => run[metric]!))]),
  );
  return { variant: name, events: Math.min(events, maxEvents), runs, summaries };
}
