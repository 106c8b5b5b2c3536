import { once } from 'node:events';
import type { BenchEvent, Model } from '../models/model';
import { withClients } from './clients';
import { applyPipelined } from './raw-pipelined';

/** The channel that appends are told on. */
const LISTEN_SQL = 'LISTEN nestjs_projections';

const READ = {
  name: 'read',
  text: `SELECT global_position, type, data::text FROM events
    WHERE global_position > $1 AND type = ANY ($2) AND global_position <> ALL ($3)
    ORDER BY global_position LIMIT 500`,
  rowMode: 'array' as const,
};

/** Later positions may be committed before earlier ones: so far back it looks for those that were. */
const LOOK_BACK = 50;

/**
 * Follows the store as fast as `pg` can, written by hand: two round trips from the notification to the commit. It reads
 * whatever is visible, and would lose what commits later than it looks back.
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
    let recent: number[] = [];
    for (let left = events; left > 0;) {
      const heard = once(listener, 'notification');
      const { rows } = await reader.query<[string, string, string]>({
        ...READ,
        values: [Math.max(0, through - LOOK_BACK), model.types, recent],
      });
      if (rows.length === 0) await heard;
      if (rows.length === 0) continue;
      const positions = rows.map(([position]) => Number(position));
      through = Math.max(through, positions.at(-1)!);
      recent = [...recent, ...positions].filter((position) => position > through - LOOK_BACK);
      const page = rows.map(([, type, data]) => ({ type, data: JSON.parse(data) as unknown }));
      await applyPipelined(writer, model, { events: page, through });
      committed(page);
      left -= page.length;
    }
  });
}
