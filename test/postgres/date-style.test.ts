import { startApp } from '../support/app';
import { createDatabase } from '../support/database';
import { happened } from '../support/store';

it.each(['German', 'SQL, DMY', 'Postgres, MDY'])(
  'a time is read whatever DateStyle says: %s',
  async (style) => {
    const database = await createDatabase();
    await database.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET DateStyle = %L', current_database(), '${style}'); END $$`,
    );
    const app = await startApp(database.url);
    try {
      const before = Date.now() - 1_000;
      // More than a page reads row by row.
      await app.store.append(
        'a',
        Array.from({ length: 30 }, (_, n) => happened(n)),
      );
      const events = [
        ...(await app.store.readAll()),
        ...(await app.store.readAll({ limit: 2, after: 28n })),
        ...(await app.store.readStream('a')),
      ];
      expect(events).toHaveLength(62);
      for (const { recordedAt } of events) {
        expect(recordedAt).toBeInstanceOf(Date);
        expect(recordedAt.getTime()).toBeGreaterThan(before);
      }
    } finally {
      await app.close();
      await database.drop();
    }
  },
);
