import type { Client } from 'pg';
import type { BenchEvent } from '../models/model';

export interface Page {
  readonly events: readonly BenchEvent[];
  /** Everything up to here is in this page or does not matter. */
  readonly through: number;
}

const SQL = `SELECT global_position, type, data::text FROM events
  WHERE global_position > $1 AND global_position <= $2 AND type = ANY ($3) ORDER BY global_position LIMIT $4`;

/** Reads the store page by page, always one page ahead of whoever applies them. */
export async function* pagesOf(
  client: Client,
  types: readonly string[],
  upTo: number,
  size: number,
): AsyncGenerator<Page> {
  let next = read(client, types, 0, upTo, size);
  for (;;) {
    const page = await next;
    if (page.through < upTo) next = read(client, types, page.through, upTo, size);
    yield page;
    if (page.through >= upTo) return;
  }
}

async function read(
  client: Client,
  types: readonly string[],
  after: number,
  upTo: number,
  size: number,
): Promise<Page> {
  const { rows } = await client.query<[string, string, string]>({
    text: SQL,
    values: [after, upTo, types, size],
    rowMode: 'array',
  });
  const events = rows.map(([, type, data]) => ({ type, data: JSON.parse(data) as unknown }));
  return { events, through: rows.length === size ? Number(rows.at(-1)![0]) : upTo };
}
