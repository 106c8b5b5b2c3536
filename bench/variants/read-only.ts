import { timed, type Variant } from '../harness/run';
import { withClients } from './clients';
import { pagesOf } from './pages';

/** The limit of Node: every event arrives and its payload is parsed, and nothing is done with it. */
export const readOnly: Variant = {
  name: 'limit: read all events, apply nothing',
  comparable: false,
  run: ({ url, models: [model], events }) =>
    withClients(url, [{}], (client) =>
      timed(events, async () => {
        let seen = 0;
        for await (const page of pagesOf(client, model!.types, events, 2_000)) seen += page.events.length;
        if (seen === 0) throw new Error('there was nothing to read');
      }),
    ),
};
