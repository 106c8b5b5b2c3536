import type { ProjectionOptions } from 'nestjs-projections';
import { Entity, PrimaryColumn } from 'typeorm';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened, startStore } from '../support/store';

@Entity('recorded')
class Row {
  @PrimaryColumn('bigint')
  serial!: string;
}

const happenings = (count: number) => Array.from({ length: count }, (_, n) => happened(n));

describe('a rebuild in a store that begins again, and ends before where the projection began', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const before = await startStore(database.url);
    await before.store.append('history', happenings(50));
    await before.close();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it.each<ProjectionOptions['startFrom']>(['head', 50n])(
    'begins where the store ends, and is where later ones begin: startFrom %s',
    async (startFrom) => {
      app = await startApp(database.url, {
        projections: [recorder({ name: 'log', startFrom, readModels: [Row] })],
        entities: [Row],
      });
      await app.projections.waitFor('log', (await app.store.append('a', happenings(2))).globalPosition);
      await database.query('TRUNCATE events RESTART IDENTITY');
      await eventually(async () => {
        const [status] = await app.projections.status();
        expect(status).toMatchObject({ state: 'stopped', error: { name: 'CheckpointBeyondStoreError' } });
      });
      await app.store.append('b', happenings(8));

      await app.projections.rebuild('log');
      const { globalPosition } = await app.store.append('b', happenings(3));
      await app.projections.waitFor('log', globalPosition);
      expect(await positionsRecordedBy(database, 'log')).toEqual([9, 10, 11]);

      await app.projections.rebuild('log');
      await app.projections.waitFor('log', globalPosition);
      expect(await positionsRecordedBy(database, 'log')).toEqual([9, 10, 11]);
      expect(await app.projections.status()).toMatchObject([{ state: 'running', lag: { events: 0 } }]);
    },
  );
});
