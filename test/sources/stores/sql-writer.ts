import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Fate, ForeignWriter } from '../foreign-store';

type Append = (client: Client, streamId: string, amount: number, fate: Fate) => Promise<bigint>;

/** Appends by SQL, in transactions of its own. */
export async function sqlWriter(url: string, append: Append): Promise<ForeignWriter> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    append: async (streamId, amount, fate) => {
      await client.query('BEGIN');
      try {
        const position = await append(client, streamId, amount, fate);
        await delay(fate.lastsMs);
        await client.query(fate.commits ? 'COMMIT' : 'ROLLBACK');
        return fate.commits ? position : undefined;
      } catch {
        await client.query('ROLLBACK');
        return undefined;
      }
    },
    end: () => client.end(),
  };
}
