import { DataSource } from 'typeorm';
import { timed, type Variant } from '../harness/run';
import { CHECKPOINT_SQL, withClients } from './clients';
import { pagesOf } from './pages';

export const TYPEORM_PER_EVENT = 'TypeORM transaction per event';

/** What all others are compared with: correct, and what most would write with TypeORM. */
export const typeormPerEvent: Variant = {
  name: TYPEORM_PER_EVENT,
  maxEvents: 10_000,
  run: ({ url, models: [model], events }) =>
    withClients(url, [{}], async (reader) => {
      const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
      try {
        return await timed(events, async () => {
          let position = 0;
          for await (const page of pagesOf(reader, model!.types, events, 1_000))
            for (const event of page.events)
              await dataSource.transaction(async (manager) => {
                for (const { text, values } of model!.statementsOf(event))
                  await manager.query(text, [...values]);
                await manager.query(CHECKPOINT_SQL, [++position]);
              });
        });
      } finally {
        await dataSource.destroy();
      }
    }),
};
