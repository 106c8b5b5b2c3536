import type { Client } from 'pg';
import { timed, type Variant } from '../harness/run';
import type { Model } from '../models/model';
import { CHECKPOINT_SQL, withClients } from './clients';
import { type Page, pagesOf } from './pages';

/** The ceiling of a statement an event: named prepared statements in a pipeline, written by hand on `pg`. */
export function rawPipelined(batch: number): Variant {
  return {
    name: `raw pg, pipelined prepared statements, batch ${batch}`,
    run: ({ url, models: [model], events }) =>
      withClients(url, [{}, { pipeline: true }], (reader, writer) =>
        timed(events, async () => {
          for await (const page of pagesOf(reader, model!.types, events, batch))
            await applyPipelined(writer, model!, page);
        }),
      ),
  };
}

/** A statement an event, and the checkpoint, in one transaction that is sent at once. */
export async function applyPipelined(writer: Client, model: Model, { events, through }: Page): Promise<void> {
  const sent: Promise<unknown>[] = [writer.query('BEGIN')];
  for (const event of events)
    for (const { name, text, values } of model.statementsOf(event))
      sent.push(writer.query({ name, text, values: [...values] }));
  sent.push(
    writer.query({ name: 'checkpoint', text: CHECKPOINT_SQL, values: [through] }),
    writer.query('COMMIT'),
  );
  await Promise.all(sent);
}
