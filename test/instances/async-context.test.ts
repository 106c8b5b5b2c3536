import { AsyncLocalStorage } from 'node:async_hooks';
import { OnAny, Projection, type ProjectionType } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { recorder, createRecordedTable } from '../support/recorder';
import { happened } from '../support/store';

const requests = new AsyncLocalStorage<string>();

describe('what a request keeps in an AsyncLocalStorage', () => {
  let database: TestDatabase;
  let app: TestApp;
  const seen: (string | undefined)[] = [];

  const observing = (type: ProjectionType) => {
    @Projection({ name: type, type, readModels: [] })
    class Observing {
      @OnAny()
      async any() {
        // What a package that keeps transactions there would look at.
        await Promise.resolve();
        seen.push(requests.getStore());
      }
    }
    return Observing;
  };

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const projections = [
      observing('catch-up'),
      observing('persistent'),
      recorder({ name: 'r', type: 'live' }),
    ];
    // The application itself is started in one, as by a test or a command line.
    app = await requests.run('start', () => startApp(database.url, { projections }));
  });
  afterAll(async () => {
    await app?.close();
    await database.drop();
  });
  beforeEach(() => void (seen.length = 0));

  it('is not seen by handlers that catchUp runs', async () => {
    await app.store.append('s', [happened(), happened()]);
    await requests.run('catch-up', () => app.projections.catchUp('catch-up'));
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(2));
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('is not seen by handlers that an append, a pause or a resumption wakes', async () => {
    await requests.run('request', async () => {
      await app.projections.pause('persistent');
      const { globalPosition } = await app.store.append('s', [happened()]);
      await app.projections.resume('persistent');
      await app.projections.waitFor('persistent', globalPosition);
    });
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });
});
