import { timed, type Variant } from '../harness/run';
import { CHECKPOINT_SQL, withClients } from './clients';
import { pagesOf } from './pages';

/** How it is written by hand as a rule: the statement, then the checkpoint, each its own transaction. */
export const seedsWay: Variant = {
  name: "seed's way (statement, then checkpoint, autocommit)",
  maxEvents: 10_000,
  run: ({ url, models: [model], events }) =>
    withClients(url, [{}, {}], (reader, writer) =>
      timed(events, async () => {
        let position = 0;
        for await (const page of pagesOf(reader, model!.types, events, 1_000))
          for (const event of page.events) {
            for (const { text, values } of model!.statementsOf(event)) await writer.query(text, [...values]);
            await writer.query(CHECKPOINT_SQL, [++position]);
          }
      }),
    ),
};
