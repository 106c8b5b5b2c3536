import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runWorkload, type WorkloadResult } from './harness/run-workload';
import { openServer } from './harness/server';
import type { Workload } from './harness/workload';
import { describeMachine } from './machine';
import { type BenchOptions, parseOptions } from './options';
import { tableOf } from './report';
import { workloads } from './workloads';

/** `npm run bench -- --help` */
async function main(): Promise<void> {
  const options = parseOptions(process.argv);
  const chosen = choose(options);
  const server = await openServer();
  try {
    const machine = await describeMachine(server.url);
    say(
      Object.entries(machine)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
    );
    const results: WorkloadResult[] = [];
    for (const workload of chosen) {
      const events = Math.min(options.events ?? Infinity, workload.events);
      const result = await runWorkload(server.url, workload, events, options.repetitions, whisper);
      results.push(result);
      say(`\n${tableOf(workload, result)}`);
    }
    const file = options.json ?? `bench/results/${new Date().toISOString().slice(0, 10)}.json`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      `${JSON.stringify({ at: new Date().toISOString(), machine, results }, undefined, 2)}\n`,
    );
    say(`\nWritten to ${file}`);
  } finally {
    await server.stop();
  }
}

function choose({ only, variants = /^/ }: BenchOptions): readonly Workload[] {
  const unknown = only?.filter((id) => !workloads.some((workload) => workload.id === id)) ?? [];
  if (unknown.length > 0)
    throw new Error(
      `There is no workload ${unknown.join(', ')}; known are ${workloads.map(({ id }) => id).join(', ')}.`,
    );
  return workloads
    .filter(({ id }) => !only || only.includes(id))
    .map((workload) => withVariants(workload, variants))
    .filter(({ variants: chosen }) => chosen.length > 0);
}

function withVariants(workload: Workload, names: RegExp): Workload {
  return { ...workload, variants: workload.variants.filter(({ name }) => names.test(name)) };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress, beside the results. */
function whisper(line: string): void {
  process.stderr.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
