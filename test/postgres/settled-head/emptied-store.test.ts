import { Column, Entity, PrimaryColumn } from 'typeorm';
import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { happened } from '../../support/store';

@Entity('seen')
class Seen {
  @PrimaryColumn()
  stream!: string;

  @Column()
  count!: number;
}

@Projection({ name: 'seen', readModels: [Seen] })
class SeenProjection {
  @On('Happened')
  async happened(event: RecordedEvent, { manager }: ProjectionContext) {
    await manager.query(
      'INSERT INTO seen (stream, count) VALUES ($1, 1) ON CONFLICT (stream) DO UPDATE SET count = seen.count + 1',
      [event.streamId],
    );
  }
}

describe('a store that was emptied under its projections', () => {
  let database: TestDatabase;
  let app: TestApp;
  const start = () => startApp(database.url, { projections: [SeenProjection], entities: [Seen] });

  beforeAll(async () => {
    database = await createDatabase();
    await database.query('CREATE TABLE seen (stream text PRIMARY KEY, count int NOT NULL)');
    app = await start();
    await app.store.append('s-1', [happened(), happened(), happened()]);
    await app.projections.waitFor('seen', 3n);
    await app.close();
    await database.query('TRUNCATE events RESTART IDENTITY');
    app = await start();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('stops them at the next start, and says why', async () => {
    await eventually(async () => {
      const [status] = await app.projections.status();
      expect(status).toMatchObject({ state: 'stopped', error: { name: 'CheckpointBeyondStoreError' } });
    });
    const [status] = await app.projections.status();
    expect(status!.error!.message).toMatch(/"seen".* position 3\b.* ends at 0\b.*Rebuild/s);
  });

  it('is followed again after a rebuild', async () => {
    await app.store.append('s-2', [happened()]);
    await app.projections.rebuild('seen');
    expect(await database.query('SELECT * FROM seen')).toEqual([{ stream: 's-2', count: 1 }]);

    const { globalPosition } = await app.store.append('s-2', [happened()]);
    await app.projections.waitFor('seen', globalPosition);
    expect(await database.query('SELECT * FROM seen')).toEqual([{ stream: 's-2', count: 2 }]);
  });
});
