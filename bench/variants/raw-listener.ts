import { once } from 'node:events';
import type { BenchEvent, Model } from '../models/model';
import { withClients } from './clients';
import { applyPipelined } from './raw-pipelined';

/** The channel that appends are told on. */
const LISTEN_SQL = 'LISTEN nestjs_projections';

const READ = {
  name: 'read',
  text: `SELECT global_position, type, data::text FROM events
    WHERE global_position > $1 AND type = ANY ($2) ORDER BY global_position LIMIT 500`,
  rowMode: 'array' as const,
};

/**
 * Follows the store as fast as `pg` can, written by hand: two round trips from the notification to the commit. It reads
 * whatever is visible, and so would lose events of transactions that commit out of order.
 */
export function listenAndApply(
  url: string,
  model: Model,
  events: number,
  committed: (events: readonly BenchEvent[]) => void,
): Promise<void> {
  return withClients(url, [{}, {}, { pipeline: true }], async (listener, reader, writer) => {
    await listener.query(LISTEN_SQL);
    let through = 0;
    for (let left = events; left > 0;) {
      const heard = once(listener, 'notification');
      const { rows } = await reader.query<[string, string, string]>({
        ...READ,
        values: [through, model.types],
      });
      if (rows.length === 0) await heard;
      if (rows.length === 0) continue;
      through = Number(rows.at(-1)![0]);
      const page = rows.map(([, type, data]) => ({ type, data: JSON.parse(data) as unknown }));
      await applyPipelined(writer, model, { events: page, through });
      committed(page);
      left -= page.length;
    }
  });
}
