import { setTimeout as delay } from 'node:timers/promises';
import { dumbo } from '@event-driven-io/dumbo';
import { appendToStream, getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { emmettEvents } from 'nestjs-projections';
import { COUNTED, type ForeignStore } from '../foreign-store';

/** Emmett's own package makes the tables and writes to them. */
export const emmett: ForeignStore = {
  name: 'Emmett',
  source: emmettEvents,
  create: async (database) => {
    const store = getPostgreSQLEventStore(database.url);
    await store.schema.migrate();
    await store.close();
    await database.query('CREATE INDEX ON emt_messages (global_position)');
  },
  connect: (url) => {
    const pool = dumbo({ connectionString: url });
    return Promise.resolve({
      append: async (streamId, amount, { lastsMs, commits }) => {
        const event = { type: COUNTED, data: { amount } } as const;
        const beforeCommitHook = async () => {
          await delay(lastsMs);
          if (!commits) throw new Error('rolled back');
        };
        try {
          const result = await appendToStream(pool, streamId, 'account', [event], {
            beforeCommitHook,
          });
          return result.success ? result.globalPositions.at(-1) : undefined;
        } catch {
          return undefined;
        }
      },
      end: () => pool.close(),
    });
  },
};
