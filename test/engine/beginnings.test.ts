import type { Client } from 'pg';
import {
  BeginningBeyondStoreError,
  On,
  OnAny,
  Projection,
  type ProjectionContext,
  type ProjectionOptions,
  type RecordedEvent,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { insertEvent } from '../support/sessions';
import { Entity, PrimaryColumn } from 'typeorm';

@Entity('notes')
class Note {
  @PrimaryColumn('bigint')
  position!: string;
}

const append = async (app: TestApp, count: number) => {
  const events = Array.from({ length: count }, () => ({ type: 'Happened', data: {} }));
  return (await app.store.append('s', events)).globalPosition;
};

const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('a projection that is new to a store with history', () => {
  let database: TestDatabase;
  let apps: TestApp[];
  const seen: number[] = [];
  const replayed: number[] = [];
  const effects: number[] = [];

  function projection(options: Partial<ProjectionOptions> = {}) {
    @Projection({ name: 'new', ...options })
    class New {
      @OnAny()
      any({ globalPosition }: RecordedEvent, { replaying, afterCommit }: ProjectionContext) {
        (replaying ? replayed : seen).push(Number(globalPosition));
        if (options.type !== 'inline') afterCommit(() => effects.push(Number(globalPosition)));
      }
    }
    return New;
  }

  const start = async (options?: Partial<ProjectionOptions>) => {
    const app = await startApp(database.url, { projections: options ? [projection(options)] : [] });
    apps.push(app);
    return app;
  };

  beforeEach(async () => {
    seen.length = replayed.length = effects.length = 0;
    apps = [];
    database = await createDatabase();
    const app = await start();
    await append(app, 7);
    await app.close();
    apps = [];
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await database.drop();
  });

  it('replays what is there, and no more than that', async () => {
    const app = await start({});
    const last = await append(app, 3);
    await app.projections.waitFor('new', last);
    await eventually(() => expect(effects).toEqual([8, 9, 10]));
    expect({ replayed, seen }).toEqual({ replayed: upTo(1, 7), seen: [8, 9, 10] });
    await app.close();
    apps = [];

    const again = await start({});
    await again.projections.waitFor('new', await append(again, 1));
    await eventually(() => expect(effects).toEqual([8, 9, 10, 11]));
  });

  it('does so for history without an event that it handles', async () => {
    @Projection({ name: 'rare' })
    class Rare {
      @On('Rare')
      rare({ globalPosition }: RecordedEvent, { replaying }: ProjectionContext) {
        (replaying ? replayed : seen).push(Number(globalPosition));
      }
    }
    const app = await startApp(database.url, {
      projections: [Rare],
      options: { pollInterval: { min: 5, max: 20 } },
    });
    apps.push(app);
    const { globalPosition } = await app.store.append('r', [{ type: 'Rare', data: {} }]);
    await app.projections.waitFor('rare', globalPosition);
    expect({ replayed, seen }).toEqual({ replayed: [], seen: [8] });
  });

  it.each<[string, () => ProjectionOptions['startFrom'], number]>([
    ['the head', () => 'head', 8],
    ['a position', () => 5n, 6],
    ['the beginning', () => 'beginning', 1],
    ['a moment before all', () => new Date(0), 1],
    ['a moment after all', () => new Date(), 8],
  ])('may begin at %s, also when it is rebuilt', async (_where, startFrom, first) => {
    const app = await start({ startFrom: startFrom(), readModels: [] });
    await app.projections.waitFor('new', await append(app, 2));
    expect([...replayed, ...seen]).toEqual(upTo(first, 9));
    expect(replayed).toEqual(upTo(first, 7));
  });

  it('may begin with the first event of a moment or later', async () => {
    await database.query(`UPDATE events SET recorded_at = '2020-01-01T00:00:00Z' WHERE global_position <= 4`);
    const app = await start({ startFrom: new Date('2020-01-02T00:00:00Z') });
    await app.projections.waitFor('new', await append(app, 1));
    expect([...replayed, ...seen]).toEqual(upTo(5, 8));
  });

  it('goes on where it is, whatever startFrom says later', async () => {
    const app = await start({ startFrom: 'head' });
    await app.projections.waitFor('new', await append(app, 1));
    await app.close();
    apps = [];
    const again = await start({ startFrom: 'beginning' });
    await again.projections.waitFor('new', await append(again, 1));
    expect([...replayed, ...seen]).toEqual([8, 9]);
  });

  it('cannot begin where the store has not got to', async () => {
    await expect(start({ startFrom: 8n })).rejects.toThrow(BeginningBeyondStoreError);
  });

  it('cannot begin at a moment to come, before which events may yet be recorded', async () => {
    const started = start({ startFrom: new Date(Date.now() + 3_600_000) });
    await expect(started).rejects.toThrow(BeginningBeyondStoreError);
    await expect(started).rejects.toThrow(/is still to come/);
  });

  describe('with an old hole, beside an append that stays open', () => {
    let writer: Client;

    beforeEach(async () => {
      const app = await start();
      writer = await database.connect();
      await writer.query('BEGIN');
      await insertEvent(writer, 'hole');
      await writer.query('ROLLBACK');
      await append(app, 2);
      await app.close();
      apps = [];
      // What is settled ends before the hole now, for whoever looks for the first time.
      await writer.query('BEGIN');
      expect(await insertEvent(writer, 'open')).toBe(11);
    });

    it('takes all that is there for history', async () => {
      const app = await start({});
      await writer.query('COMMIT');
      await app.projections.waitFor('new', await append(app, 1));
      await eventually(() => expect(effects).toEqual([12]));
      expect({ replayed, seen }).toEqual({ replayed: [...upTo(1, 7), 9, 10, 11], seen: [12] });
    });

    it('waits to begin at the head, and says so', async () => {
      const app = await start({ startFrom: 'head' });
      expect(await app.projections.status()).toMatchObject([{ error: { name: 'BeginningUnsettledError' } }]);
      await writer.query('COMMIT');
      await eventually(async () => {
        const [row] = await database.query('SELECT begins_after FROM projection_states');
        expect(row).toEqual({ begins_after: '11' });
      });
      await app.projections.waitFor('new', await append(app, 1));
      expect([...replayed, ...seen]).toEqual([12]);
    });
  });

  it('begins there inline too', async () => {
    const app = await start({ type: 'inline', startFrom: 3n });
    await eventually(async () => {
      const [row] = await database.query('SELECT FROM projection_checkpoints WHERE replay_until IS NULL');
      expect(row).toBeDefined();
    });
    await append(app, 1);
    expect({ replayed, seen }).toEqual({ replayed: upTo(4, 7), seen: [8] });
  });
});

describe('a rebuild', () => {
  it('takes for history what was applied before, and not what came while it waited', async () => {
    const database = await createDatabase();
    await database.query('CREATE TABLE notes (position bigint PRIMARY KEY)');
    const effects: bigint[] = [];

    @Projection({ name: 'notes', readModels: [Note] })
    class Notes {
      @OnAny()
      async any({ globalPosition }: RecordedEvent, { manager, afterCommit }: ProjectionContext) {
        await manager.query('INSERT INTO notes VALUES ($1)', [globalPosition]);
        afterCommit(() => effects.push(globalPosition));
      }
    }
    const app = await startApp(database.url, { projections: [Notes], entities: [Note] });
    try {
      await app.projections.waitFor('notes', (await app.store.append('s', three())).globalPosition);
      await eventually(() => expect(effects).toEqual([1n, 2n, 3n]));
      const reader = await database.connect();
      await reader.query('BEGIN; SELECT FROM notes');
      const rebuilt = app.projections.rebuild('notes');
      await eventually(async () => {
        // Of this database: other tests of the server wait for locks too.
        const waiting = await database.query(
          `SELECT FROM pg_locks WHERE NOT granted AND relation = 'notes'::regclass
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        expect(waiting).toHaveLength(1);
      });
      const { globalPosition } = await app.store.append('s', three());
      await reader.query('COMMIT');
      await rebuilt;
      await app.projections.waitFor('notes', globalPosition);
      await eventually(() => expect(effects).toEqual([1n, 2n, 3n, 4n, 5n, 6n]));
    } finally {
      await app.close();
      await database.drop();
    }
  });
});

const three = () => [1, 2, 3].map(() => ({ type: 'Happened', data: {} }));
