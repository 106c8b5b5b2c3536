import {
  OnAny,
  Projection,
  type ProjectionContext,
  ProjectionHealthIndicator,
  type RecordedEvent,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recordedBy, recorder } from '../support/recorder';
import { happened, startStore } from '../support/store';

const stateIn = async ({ projections }: TestApp) => (await projections.status())[0];
const healthOf = async (app: TestApp) => (await app.get(ProjectionHealthIndicator).isHealthy('p')).p.status;

describe('a live projection', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const before = await startStore(database.url);
    await before.store.append('history', [happened(), happened()]);
    await before.close();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    await database.drop();
  });

  /** An instance whose live projection records under a name of its own. */
  async function startInstance(name: string): Promise<TestApp> {
    const app = await startApp(database.url, { projections: [recorder({ name, type: 'live' })] });
    apps.push(app);
    return app;
  }

  it('sees only what is recorded after it has started, as news and not as history', async () => {
    const app = await startInstance('live');
    const { globalPosition } = await app.store.append('new', [happened()]);
    await app.projections.waitFor('live', globalPosition);
    expect(await recordedBy(database, 'live')).toMatchObject([{ position: 3, replaying: false }]);
  });

  it('sees it in every instance', async () => {
    const [one, other] = [await startInstance('live-1'), await startInstance('live-2')];
    await one.store.append('new', [happened()]);
    await other.store.append('new', [happened()]);
    for (const name of ['live-1', 'live-2'])
      await eventually(async () => expect(await positionsRecordedBy(database, name)).toEqual([3, 4]));
  });

  it('keeps no checkpoint, and begins at the head again after a restart', async () => {
    const first = await startInstance('live');
    await first.projections.waitFor('live', (await first.store.append('new', [happened()])).globalPosition);
    await apps.pop()!.close();
    const between = await startStore(database.url);
    await between.store.append('missed', [happened()]);
    await between.close();

    const second = await startInstance('live');
    await second.projections.waitFor('live', (await second.store.append('new', [happened()])).globalPosition);
    expect(await positionsRecordedBy(database, 'live')).toEqual([3, 5]);
    expect(await database.query('SELECT FROM projection_checkpoints')).toEqual([]);
    expect(await database.query('SELECT FROM projection_leases')).toEqual([]);
  });

  it('is paused, stopped and resumed in every instance, and then sees what came meanwhile', async () => {
    let poison = false;
    @Projection({ name: 'live', type: 'live', retry: { attempts: 1 } })
    class Live {
      @OnAny()
      async any(event: RecordedEvent, { manager }: ProjectionContext) {
        if (poison) throw new Error('poison');
        const [{ instance }] = await manager.query<[{ instance: string }]>(
          `SELECT current_setting('application_name') AS instance`,
        );
        seen.push(`${instance} ${event.globalPosition}`);
      }
    }
    const seen: string[] = [];
    for (const name of ['one', 'two']) {
      const url = new URL(database.url);
      url.searchParams.set('application_name', name);
      apps.push(await startApp(url.href, { projections: [Live] }));
    }
    const [one, two] = apps as [TestApp, TestApp];
    const append = () => one.store.append('new', [happened()]);
    const sees = (position: number) =>
      eventually(() => expect(seen).toEqual(expect.arrayContaining([`one ${position}`, `two ${position}`])));
    const states = async () =>
      Promise.all([one, two].map(async ({ projections }) => (await projections.status())[0]!.state));

    await append();
    await sees(3);
    await one.projections.pause('live');
    await eventually(async () => expect(await states()).toEqual(['paused', 'paused']));
    // By now the database says so. The second one is told at once; the first one was.
    await two.projections.pause('live');
    await append();
    for (const { projections } of [one, two])
      await expect(projections.waitFor('live', 4n, { timeoutMs: 300 })).rejects.toThrow('it is paused');
    expect(seen).not.toContain('one 4');
    expect(seen).not.toContain('two 4');
    await two.projections.resume('live');
    await sees(4);

    poison = true;
    await append();
    await eventually(async () => expect(await states()).toEqual(['stopped', 'stopped']));
    poison = false;
    await one.projections.resume('live');
    await append();
    await sees(5);
    await sees(6);
    expect(await states()).toEqual(['running', 'running']);
    await expect(one.projections.skip('live', 6n, 'test')).rejects.toThrow(
      'it is live and keeps no checkpoint',
    );
  });

  it('stops only in the instance in which an event fails, until that starts again or it is resumed', async () => {
    const seen: string[] = [];
    const startLive = async (instance: string, poison: bigint[] = []) => {
      @Projection({ name: 'live', type: 'live', retry: { attempts: 1 } })
      class Live {
        @OnAny()
        any({ globalPosition }: RecordedEvent, { afterCommit }: ProjectionContext) {
          if (poison.includes(globalPosition)) throw new Error('only here');
          afterCommit(() => void seen.push(`${instance} ${globalPosition}`));
        }
      }
      const app = await startApp(database.url, { projections: [Live] });
      apps.push(app);
      return app;
    };
    const poison = [3n];
    const [one, two] = [await startLive('one', poison), await startLive('two')];
    const append = async () => (await two.store.append('new', [happened()])).globalPosition;

    await append();
    await eventually(async () =>
      expect(await stateIn(one)).toMatchObject({ state: 'stopped', error: { position: 3n } }),
    );
    await expect(one.projections.waitFor('live', 3n)).rejects.toThrow('only here');
    await one.projections.pause('live');
    expect(await stateIn(two)).toMatchObject({ state: 'paused', error: undefined });
    poison.length = 0;
    await two.projections.resume('live');
    await eventually(() => expect(seen).toEqual(expect.arrayContaining(['one 3', 'two 3'])));

    poison.push(4n);
    await append();
    await eventually(async () => expect(await stateIn(one)).toMatchObject({ state: 'stopped' }));
    await two.projections.waitFor('live', await append());
    expect(await stateIn(two)).toMatchObject({ state: 'running', error: undefined });
    expect([await healthOf(one), await healthOf(two)]).toEqual(['down', 'up']);
    expect(seen).not.toContain('one 5');

    await one.close();
    apps.splice(apps.indexOf(one), 1);
    const again = await startLive('again');
    expect(await stateIn(again)).toMatchObject({ state: 'running', error: undefined });
    await again.projections.waitFor('live', await append());
    expect(seen.filter((text) => text.startsWith('again'))).toEqual(['again 6']);
  });
});
