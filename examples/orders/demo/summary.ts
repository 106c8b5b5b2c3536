import Table from 'cli-table3';
import type { ProjectionStatus } from 'nestjs-projections';
import pc from 'picocolors';
import type { DataSource } from 'typeorm';
import { number } from './format';
import { READ_MODEL_TABLES } from './read-model-tables';

/** What stands in the read models now, and how far behind they are. */
export async function summarise(
  statuses: readonly ProjectionStatus[],
  dataSource: DataSource,
): Promise<string> {
  const table = new Table({
    head: ['Projection', 'Type', 'Read model', 'Rows', 'Lag'],
    colAligns: ['left', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const status of statuses) {
    const tables = READ_MODEL_TABLES[status.name] ?? [];
    const rows = await Promise.all(tables.map((name) => countRows(dataSource, name)));
    table.push([
      status.name,
      status.type,
      tables.join('\n') || pc.dim('none: in memory'),
      rows.map(number).join('\n'),
      lagOf(status),
    ]);
  }
  return table.toString();
}

function lagOf({ state, lag }: ProjectionStatus): string {
  if (state === 'stopped') return pc.red('stopped');
  return lag.events === 0 ? pc.green('0') : `${number(lag.events)} events, ${lag.seconds.toFixed(1)} s`;
}

async function countRows(dataSource: DataSource, table: string): Promise<number> {
  const [row] = await dataSource.query<{ count: string }[]>(`SELECT count(*) FROM "${table}"`);
  return Number(row!.count);
}
