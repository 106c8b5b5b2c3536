import { timed, type Variant } from '../harness/run';
import { withClients } from './clients';

/** The limit of the database itself: all of history in one statement for each table. */
export const setBased: Variant = {
  name: 'limit: set-based SQL, all at once',
  run: ({ url, models: [model], events }) =>
    withClients(url, [{}], (client) =>
      timed(events, async () => {
        await client.query('BEGIN');
        for (const sql of model!.setBased) await client.query(sql);
        await client.query('COMMIT');
      }),
    ),
};
