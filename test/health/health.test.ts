import {
  OnAny,
  Projection,
  ProjectionHealthIndicator,
  type ProjectionHealthThresholds,
} from 'nestjs-projections';
import type { ProjectionHealthDetail, RecordedEvent } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { createRecordedTable, recorder } from '../support/recorder';
import { happened } from '../support/store';

class Unavailable extends Error {}

let handle: (event: RecordedEvent) => unknown;

@Projection({
  name: 'subject',
  onError: 'dead-letter',
  retry: { attempts: 1, backoff: { minMs: 0, maxMs: 5 } },
})
class Subject {
  @OnAny()
  any(event: RecordedEvent) {
    return handle(event);
  }
}

describe('the health of projections', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    handle = () => undefined;
    database = await createDatabase();
    await createRecordedTable(database);
    app = await startApp(database.url, {
      projections: [Subject, recorder({ name: 'other' }), recorder({ name: 'report', type: 'catch-up' })],
      options: { isTransient: (error) => error instanceof Unavailable },
    });
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function look(thresholds?: ProjectionHealthThresholds) {
    const { key } = await app.get(ProjectionHealthIndicator).isHealthy('key', thresholds);
    const projections = (key.projections ?? {}) as Record<string, ProjectionHealthDetail>;
    return { status: key.status, message: key.message as string | undefined, projections };
  }

  const append = async () => (await app.store.append('s', [happened()])).globalPosition;

  it('is good, without lag, where nothing has happened and where all is applied', async () => {
    const quiet = { position: '0', head: '0', lagEvents: 0, lagSeconds: 0, deadLetters: 0, problem: null };
    const nothing = { maxLagEvents: 0, maxLagSeconds: 0, maxDeadLetters: 0 };
    const first = await look(nothing);
    expect(first).toMatchObject({ status: 'up', projections: { subject: { state: 'running', ...quiet } } });

    const position = await append();
    for (const name of ['subject', 'other']) await app.projections.waitFor(name, position);
    expect(await look({ maxLagSeconds: 0 })).toMatchObject({
      status: 'up',
      projections: {
        subject: { ...quiet, position: '1', head: '1' },
        // Nobody has asked for it, however far behind it is.
        report: { state: 'idle', lagEvents: 1, problem: null },
      },
    });
  });

  it.each<[string, ProjectionHealthThresholds, RegExp]>([
    ['events', { maxLagEvents: 1 }, /^lags 2 events behind, more than 1$/],
    ['seconds', { maxLagSeconds: 0 }, /^lags \d+\.\d s behind, more than 0$/],
  ])('is bad where more %s wait than may, of that projection alone', async (_what, thresholds, problem) => {
    const blocked = new Deferred();
    handle = () => blocked.released;
    await append();
    await app.projections.waitFor('other', await append());
    expect(await look()).toMatchObject({ status: 'up' });
    expect(await look({ maxLagEvents: 2, maxLagSeconds: 3600 })).toMatchObject({ status: 'up' });
    expect(await look(thresholds)).toMatchObject({
      status: 'down',
      projections: {
        subject: { problem: expect.stringMatching(problem) as string },
        other: { problem: null },
      },
    });
    blocked.release();
    await app.projections.waitFor('subject', 2n);
    expect(await look(thresholds)).toMatchObject({ status: 'up' });
  });

  it('is bad where more dead letters lie than may', async () => {
    handle = () => {
      throw new Error('no');
    };
    await append();
    await app.projections.waitFor('subject', await append());
    expect(await look({ maxDeadLetters: 2 })).toMatchObject({
      status: 'up',
      projections: { subject: { deadLetters: 2 } },
    });
    expect(await look({ maxDeadLetters: 1 })).toMatchObject({
      status: 'down',
      projections: { subject: { problem: 'has 2 dead letters, more than 1' }, other: { problem: null } },
    });
  });

  it('is bad while a projection waits out an error, with the error, and good again afterwards', async () => {
    handle = () => {
      throw new Unavailable('the search server is away');
    };
    const position = await append();
    await eventually(async () =>
      expect(await look()).toMatchObject({
        status: 'down',
        projections: {
          subject: {
            state: 'retrying',
            problem: expect.stringMatching(
              /^tries again until this passes: .*search server is away/,
            ) as string,
            lastError: expect.stringContaining('search server is away') as string,
          },
          other: { problem: null },
        },
      }),
    );
    handle = () => undefined;
    await app.projections.waitFor('subject', position, { timeoutMs: 20_000 });
    await eventually(async () => expect(await look()).toMatchObject({ status: 'up' }));
  });

  it('is bad when a loop hangs', async () => {
    const blocked = new Deferred();
    handle = () => blocked.released;
    await append();
    await eventually(async () =>
      expect(await look({ maxHeartbeatAgeSeconds: 2 })).toMatchObject({
        status: 'down',
        projections: {
          subject: { problem: expect.stringMatching(/^hangs: its loop last turned \d+ s ago/) as string },
        },
      }),
    );
    expect(await look()).toMatchObject({ status: 'up' });
    blocked.release();
  });

  it('is bad when the database cannot be asked, and says so', async () => {
    await database.query(`ALTER TABLE projection_states RENAME TO hidden`);
    expect(await look()).toEqual({
      status: 'down',
      message: expect.stringMatching(
        /^The state of the projections cannot be read: .*projection_states/,
      ) as string,
      projections: {},
    });
    await database.query(`ALTER TABLE hidden RENAME TO projection_states`);
    expect(await look()).toMatchObject({ status: 'up' });
  });
});

describe('the health of a stopped projection', () => {
  let database: TestDatabase;
  let app: TestApp;

  @Projection({ name: 'stopping', retry: { attempts: 1 } })
  class Stopping {
    @OnAny()
    any() {
      throw new Error('poison');
    }
  }

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp(database.url, { projections: [Stopping] });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('is bad, and names it, the event, the cause and what to do', async () => {
    const { globalPosition } = await app.store.append('order-17', [happened()]);
    await expect(app.projections.waitFor('stopping', globalPosition)).rejects.toThrow('poison');
    const { key } = await app.get(ProjectionHealthIndicator).isHealthy('key');
    const problem = expect.stringMatching(
      /"stopping" failed in any\(\) on Happened at position 1 \(stream "order-17", version 1\): Error: poison.*Next:/,
    ) as string;
    expect(key).toMatchObject({
      status: 'down',
      projections: { stopping: { state: 'stopped', problem, lastError: problem } },
    });
  });
});
