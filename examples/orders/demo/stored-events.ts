import type { DataSource } from 'typeorm';

/** Which of these events the store holds. */
export async function storedIds(dataSource: DataSource, ids: readonly string[]): Promise<Set<string>> {
  const rows = await dataSource.query<{ id: string }[]>('SELECT id FROM events WHERE id = ANY($1::uuid[])', [
    ids,
  ]);
  return new Set(rows.map(({ id }) => id));
}

export async function countEvents(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<{ count: string }[]>('SELECT count(*) FROM events');
  return Number(row!.count);
}
