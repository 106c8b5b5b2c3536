import { BenchDatabase } from '../../bench/harness/database';
import { workloads } from '../../bench/workloads';

const EVENTS = 500;
/** The same events under another title, in other numbers. */
const ALIKE = new Set(['W1m', 'W1im']);

describe.each(workloads.filter(({ id }) => !ALIKE.has(id)))('benchmark $id: $title', (workload) => {
  const { models, variants } = workload;
  let database: BenchDatabase | undefined;

  beforeAll(async () => {
    database = await BenchDatabase.create(process.env.TEST_DATABASE_URL!, workload, EVENTS);
  });
  afterAll(() => database?.drop());

  it('measures every way, and all that should leave equal tables', async () => {
    const { url } = database!;
    const digests: Record<string, string> = {};
    for (const variant of variants) {
      const { name, comparable = true } = variant;
      await database!.reset(models);
      const handled = await database!.handled(models, EVENTS);
      const measures = await variant.run({ url, models, events: EVENTS, handled });
      expect({ name, measure: measures[workload.metric] }).toEqual({ name, measure: expect.any(Number) });
      if (comparable && models.length > 0) digests[name] = await database!.digest(models);
    }
    const [first] = Object.values(digests);
    expect(digests).toEqual(Object.fromEntries(Object.keys(digests).map((name) => [name, first])));
  });
});
