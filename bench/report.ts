import Table from 'cli-table3';
import type { VariantResult, WorkloadResult } from './harness/run-workload';
import type { Summary } from './harness/statistics';
import type { Workload } from './harness/workload';

/** The medians of a workload, with how far its runs lay apart and how they compare. */
export function tableOf(
  { metric, baseline }: Workload,
  { title, workload, events, variants }: WorkloadResult,
): string {
  const base = variants.find(({ variant }) => variant === baseline)?.summaries[metric]?.median;
  const others = Object.keys(variants[0]?.summaries ?? {}).filter((name) => name !== metric && name !== 'ms');
  const table = new Table({
    head: ['', metric, 'min to max', ...(base ? ['ratio'] : []), ...others],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { variant, events: taken, summaries } of variants) {
    const main = summaries[metric]!;
    table.push([
      taken < events ? `${variant} (first ${figure(taken)} events)` : variant,
      figure(main.median),
      spread(main),
      ...(base ? [(main.median / base).toFixed(main.median / base < 10 ? 2 : 1)] : []),
      ...others.map((name) => medianOf({ summaries }, name)),
    ]);
  }
  return `${workload}: ${title}, ${figure(events)} events\n${table.toString()}`;
}

const spread = ({ min, max }: Summary) => `${figure(min)} to ${figure(max)}`;

function medianOf({ summaries }: Pick<VariantResult, 'summaries'>, metric: string): string {
  const summary = summaries[metric];
  return summary ? figure(summary.median) : '';
}

function figure(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });
}
