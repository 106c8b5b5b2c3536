import { timed, type Variant } from '../harness/run';
import { CHECKPOINT_SQL, withClients } from './clients';
import { foldBatch } from './fold-batch';
import { pagesOf } from './pages';

/** The ceiling of row handlers: load, fold and write by hand on `pg`, while the next page is read. */
export function rawUnitOfWork(batch: number): Variant {
  return {
    name: `raw pg, unit of work, batch ${batch}`,
    run: ({ url, models: [model], events }) =>
      withClients(url, [{}, { pipeline: true }], (reader, writer) =>
        timed(events, async () => {
          for await (const page of pagesOf(reader, model!.types, events, batch)) {
            await writer.query('BEGIN');
            await Promise.all(model!.folds.map((fold) => foldBatch(writer, fold, page.events)));
            await Promise.all([writer.query(CHECKPOINT_SQL, [page.through]), writer.query('COMMIT')]);
          }
        }),
      ),
  };
}
