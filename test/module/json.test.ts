import {
  CheckpointBeyondStoreError,
  HandlerFailedError,
  On,
  Projection,
  ProjectionError,
  type RecordedEvent,
  WrongExpectedVersionError,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const written: string[] = [];

@Projection({ name: 'writer', onError: 'dead-letter', retry: { attempts: 1 } })
class Writer {
  @On('Happened') happened(event: RecordedEvent<{ bad?: boolean }>) {
    written.push(JSON.stringify(event));
    if (event.data.bad) throw new Error('bad');
  }
}

describe('as JSON, with positions as decimal strings,', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp(database.url, { projections: [Writer], options: { listen: false } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('stand what an append gives, events wherever they come from, letters and batches', async () => {
    const batches: unknown[] = [];
    const watching = app.projections.changes('writer').subscribe((batch) => batches.push(json(batch)));
    const first = await app.store.append('s', [{ type: 'Happened', data: { n: 1 } }]);
    const last = await app.store.append('s', [{ type: 'Happened', data: { bad: true } }]);
    await app.projections.waitFor('writer', last.globalPosition);
    watching.unsubscribe();

    expect(json(first)).toEqual({ version: 1, globalPosition: '1' });
    expect(json(await app.store.append('empty', []))).toEqual({ version: 0, globalPosition: '0' });
    expect({ ...first }).toEqual({ version: 1, globalPosition: 1n });
    const event = {
      id: expect.any(String) as string,
      streamId: 's',
      version: 1,
      globalPosition: '1',
      data: { n: 1 },
    };
    expect(json(await app.store.readStream('s', { limit: 1 }))).toEqual([
      { ...event, type: 'Happened', metadata: {}, recordedAt: expect.stringMatching(/Z$/) as string },
    ]);
    expect(json(await app.store.readAll({ limit: 1 }))).toMatchObject([event]);
    expect(JSON.parse(written[0]!)).toMatchObject(event);
    expect(batches[0]).toMatchObject({ projection: 'writer', position: '1', events: [event] });
    expect(json(await app.projections.deadLetters('writer'))).toMatchObject([
      {
        projection: 'writer',
        event: { globalPosition: '2' },
        errorMessage: expect.stringContaining('bad') as string,
      },
    ]);
  });

  it('stand errors, with their name and message', async () => {
    const [event] = await app.store.readAll({ limit: 1 });
    const errors: ProjectionError[] = [
      new WrongExpectedVersionError('s', 3, 1),
      new HandlerFailedError('writer', 'happened', event!, new Error('bad')),
      new CheckpointBeyondStoreError('writer', 7n, 3n),
    ];
    expect(errors.map(json)).toMatchObject([
      { name: 'WrongExpectedVersionError', streamId: 's', expected: 3, actual: 1 },
      { name: 'HandlerFailedError', projection: 'writer', event: { globalPosition: '1' } },
      { name: 'CheckpointBeyondStoreError', message: expect.stringContaining('position 7') as string },
    ]);
  });
});
