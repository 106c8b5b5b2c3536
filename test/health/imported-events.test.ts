import { On, Projection } from 'nestjs-projections';
import { startApp } from '../support/app';
import { createDatabase } from '../support/database';
import { Deferred } from '../support/deferred';

const IMPORT = `
  INSERT INTO events (id, stream_id, version, type, data, recorded_at)
  SELECT gen_random_uuid(), 'imported', n, 'Happened', '{}', '2020-01-01' FROM generate_series(1, 50) n`;

it('lag counts the time that imported events have waited here, in every process', async () => {
  const database = await createDatabase();
  const gate = new Deferred();
  @Projection({ name: 'slow' })
  class Slow {
    @On('Happened')
    async happened() {
      await gate.released;
    }
  }
  const app = await startApp(database.url, { projections: [Slow] });
  await app.store.head();
  const other = await startApp(database.url, { projections: [Slow], options: { run: false } });
  try {
    await database.query(IMPORT);
    for (const { projections, store } of [app, other]) {
      expect((await store.head()).settled).toBe(50n);
      const [status] = await projections.status();
      expect(status!.lag.events).toBe(50);
      expect(status!.lag.seconds).toBeLessThan(60);
    }
  } finally {
    gate.release();
    await other.close();
    await app.close();
    await database.drop();
  }
});
