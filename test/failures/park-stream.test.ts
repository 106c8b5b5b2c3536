import { LOG_TABLE, type Fault, logProjection } from './log-projection';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

describe('park-stream', () => {
  let database: TestDatabase;
  let app: TestApp;
  const fault: { now: Fault } = { now: () => undefined };

  beforeEach(async () => {
    database = await createDatabase();
    await database.query(LOG_TABLE);
    app = await startApp(database.url, { projections: [logProjection('park-stream', fault)] });
  });

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function appendTo(stream: string, count: number) {
    const events = Array.from({ length: count }, (_, n) => ({ type: 'Happened', data: { n } }));
    return (await app.store.append(stream, events)).globalPosition;
  }

  const versionsOf = (stream: string) =>
    database
      .query<{ version: number }>('SELECT version FROM log WHERE stream_id = $1 ORDER BY serial', [stream])
      .then((rows) => rows.map(({ version }) => version));

  it('parks only the stream of the failing event, in order, and nothing of the event stays', async () => {
    fault.now = ({ streamId, version }) => {
      if (streamId === 'X' && version === 7) throw new Error('seven');
    };
    await appendTo('X', 10);
    for (let n = 0; n < 100; n++) await appendTo(`s-${n}`, 3);
    await appendTo('X', 2);
    await app.projections.waitFor('log', await appendTo('Y', 1));

    expect(await versionsOf('X')).toEqual(twice([1, 2, 3, 4, 5, 6]));
    expect(await versionsOf('s-99')).toEqual(twice([1, 2, 3]));
    const letters = await app.projections.deadLetters('log');
    expect(letters.map(({ event, state, attempts }) => [event.version, state, attempts])).toEqual([
      [7, 'failed', 2],
      ...[8, 9, 10, 11, 12].map((version) => [version, 'waiting', 0]),
    ]);
    expect(letters[0]).toMatchObject({
      errorClass: 'Error',
      errorMessage: expect.stringContaining('seven') as string,
    });

    const [status] = await app.projections.status();
    expect(status).toMatchObject({ state: 'running', deadLetters: 1, lag: { events: 0 } });
  });

  it('keeps good events around one that the database refuses, and nothing of that one', async () => {
    fault.now = async ({ streamId, version }, { manager }) => {
      if (streamId === 'X' && version === 3)
        await manager.query(`INSERT INTO log (stream_id, version) VALUES ('X', 'three')`);
    };
    await appendTo('X', 4);
    await app.projections.waitFor('log', await appendTo('Y', 2));
    expect(await versionsOf('X')).toEqual(twice([1, 2]));
    expect(await versionsOf('Y')).toEqual(twice([1, 2]));
    expect(await app.projections.deadLetters('log')).toHaveLength(2);
  });

  it('blames an event whose handler swallows the error of its statement', async () => {
    fault.now = async ({ streamId, version }, { manager }) => {
      if (streamId === 'X' && version === 3)
        await manager
          .query(`INSERT INTO log (stream_id, version) VALUES ('X', 'three')`)
          .catch(() => undefined);
    };
    await appendTo('X', 3);
    await app.projections.waitFor('log', await appendTo('Y', 2));
    expect((await app.projections.deadLetters('log')).map(({ event }) => event.version)).toEqual([3]);
    expect(await versionsOf('Y')).toEqual(twice([1, 2]));
  });

  it('retries a parked stream in order until one fails again, and then to its end with what came meanwhile', async () => {
    let bad = [1, 2];
    fault.now = ({ streamId, version }, { attempt }) => {
      if (streamId === 'X' && bad.includes(version)) throw new Error(`bad ${version}, attempt ${attempt}`);
    };
    await app.projections.waitFor('log', await appendTo('X', 3));
    const before = await app.projections.deadLetters('log');
    expect(before.map(({ attempts }) => attempts)).toEqual([2, 0, 0]);

    bad = [2];
    expect(await app.projections.retryDeadLetters('log', {}, { by: 'test' })).toEqual({
      applied: 1,
      failed: 1,
    });
    const after = await app.projections.deadLetters('log');
    expect(after).toMatchObject([
      {
        event: { version: 2 },
        state: 'failed',
        attempts: 2,
        errorMessage: expect.stringContaining('bad 2') as string,
      },
      { event: { version: 3 }, state: 'waiting', attempts: 0 },
    ]);

    bad = [];
    const retried = app.projections.retryDeadLetters('log');
    const last = appendTo('X', 1);
    await retried;
    await app.projections.waitFor('log', await last);
    await app.projections.retryDeadLetters('log');
    expect(await app.projections.deadLetters('log')).toEqual([]);
    expect(await versionsOf('X')).toEqual(twice([1, 2, 3, 4]));
    expect(await database.query('SELECT action, actor FROM projection_audit ORDER BY id')).toMatchObject([
      { action: 'retry', actor: 'test' },
      { action: 'retry' },
      { action: 'retry' },
    ]);
  });

  it('discards with a reason, and lets what waited go', async () => {
    fault.now = ({ streamId, version }) => {
      if (streamId === 'X' && version === 1) throw new Error('one');
    };
    await app.projections.waitFor('log', await appendTo('X', 3));
    const [failed] = await app.projections.deadLetters('log');
    await expect(app.projections.discardDeadLetters('log', { reason: ' ' })).rejects.toThrow('reason');
    expect(await app.projections.discardDeadLetters('log', { ids: [failed!.id], reason: 'test data' })).toBe(
      1,
    );
    expect(await versionsOf('X')).toEqual(twice([2, 3]));
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });
});

const twice = (versions: number[]) => versions.flatMap((version) => [version, version]);
