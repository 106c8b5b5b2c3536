import { Command, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  /** Instead of what each workload takes by itself. */
  readonly events?: number;
  readonly repetitions: number;
  /** Ids of workloads. */
  readonly only?: readonly string[];
  /** Which ways of a workload, by a part of their names. */
  readonly variants?: RegExp;
  /** Where the results go; a file of the day by default. */
  readonly json?: string;
}

interface Given extends BenchOptions {
  readonly quick?: boolean;
}

const QUICK = { events: 20_000, repetitions: 1 };

export function parseOptions(argv: readonly string[]): BenchOptions {
  const { quick, ...given } = new Command('bench')
    .description('Measures projections against the ways they are usually written, and against a peer.')
    .option('--events <n>', 'take so many events instead of what each workload takes', whole)
    .option('--repetitions <n>', 'run every variant so many times', whole)
    .option('--only <ids>', 'run only these workloads, as W1,W2', (ids) => ids.split(','))
    .option('--variants <regexp>', 'run only the ways whose names match', (text) => new RegExp(text, 'i'))
    .option('--quick', `${QUICK.events} events at most, once: for a first look`)
    .option('--json <file>', 'write the results there')
    .parse(argv)
    .opts<Partial<Given>>();
  return { repetitions: 5, ...(quick ? QUICK : {}), ...given };
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It takes a whole number from 1.');
  return value;
}
