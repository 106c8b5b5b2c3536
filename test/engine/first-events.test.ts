import { On, OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { type TestApp, startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

@Projection({ name: 'applied' })
class AppliedProjection {
  @OnAny()
  async any(event: RecordedEvent, { manager }: ProjectionContext) {
    await manager.query('INSERT INTO applied (position, stream_id, version) VALUES ($1, $2, $3)', [
      event.globalPosition,
      event.streamId,
      event.version,
    ]);
  }
}

const seen: RecordedEvent[] = [];

@Projection({ name: 'live', type: 'live' })
class LiveProjection {
  @On('Happened')
  happened(event: RecordedEvent<{ n: number }>) {
    seen.push(event);
  }
}

describe('an empty store and its first events', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    await database.query(
      'CREATE TABLE applied (position bigint PRIMARY KEY, stream_id text, version bigint)',
    );
    app = await startApp(database.url, { projections: [AppliedProjection, LiveProjection] });
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('is healthy with nothing to do, and applies the event at position 1', async () => {
    const [before] = await app.projections.status();
    expect(before).toMatchObject({
      state: 'running',
      position: 0n,
      head: 0n,
      lag: { events: 0, seconds: 0 },
    });

    const { version, globalPosition } = await app.store.append('s-1', [{ type: 'Happened', data: { n: 1 } }]);
    expect({ version, globalPosition }).toEqual({ version: 1, globalPosition: 1n });

    await app.projections.waitFor('applied', 1n);
    expect(await database.query('SELECT * FROM applied')).toEqual([
      { position: '1', stream_id: 's-1', version: '1' },
    ]);
  });
});
