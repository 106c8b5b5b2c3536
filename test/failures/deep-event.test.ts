import { OnAny, Projection, type ProjectionOptions, type RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { startApp, type TestApp } from '../support/app';
import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

const LEVELS = 1_001;
/** Beyond what Node can write as JSON, and not beyond what the server can read. */
const UNWRITABLE = 6_000;

@Entity('seen')
class Seen {
  @PrimaryColumn('int')
  id!: number;

  @Column('int')
  events!: number;
}

interface Data {
  readonly n: number;
}

/** What all events are parked by. */
const kindOf = ({ data }: RecordedEvent) => typeof (data as Data).n;

describe('an event that is nested deeper than handlers can be given', () => {
  const log = useLog();
  const apps: TestApp[] = [];
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

  /** Three events of X, of which the given ones are nested so deep; nothing has applied them yet. */
  async function write(levels: number, ...versions: number[]): Promise<bigint> {
    const writer = await log.start({}, { run: false });
    const position = await appendTo(writer, 'X', 3);
    await log.database.query(
      `UPDATE events SET data = jsonb_build_object('n', version - 1, 'deep', (repeat('[', $1) || repeat(']', $1))::jsonb)
       WHERE version = ANY ($2)`,
      [levels - 1, versions],
    );
    await writer.close();
    return position;
  }

  const flatten = (table: string) => log.database.query(`UPDATE ${table} SET data = data - 'deep'`);

  it.each([LEVELS, UNWRITABLE])(
    'is set aside as its policy has it, by name, and can be read: %d',
    async (levels) => {
      await write(levels, 2, 3);
      const app = await log.start({ onError: 'park-stream', parkBy: kindOf });
      await app.projections.waitFor('log', await appendTo(app, 'Y'));
      expect(await log.versionsOf('X')).toEqual([1]);
      const letters = await app.projections.deadLetters('log');
      expect(letters).toMatchObject([
        { state: 'failed', errorClass: 'EventTooDeepError', parkedBy: 'number', event: { version: 2 } },
        { state: 'waiting', event: { version: 3 } },
        { state: 'waiting', event: { streamId: 'Y' } },
      ]);
      expect(letters.slice(0, 2).map(({ event }) => depthOf(event.data))).toEqual([levels, levels]);
      expect(await app.store.readAll()).toHaveLength(4);
      expect(await app.store.readStream('X')).toHaveLength(3);

      expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 0, failed: 1 });
      const discard = { ids: [letters[0]!.id], reason: 'too deep' };
      expect(await app.projections.discardDeadLetters('log', discard)).toBe(1);
      // What waited is tried then, and as deep.
      expect(await app.projections.deadLetters('log')).toMatchObject([
        { state: 'failed', errorClass: 'EventTooDeepError', event: { version: 3 } },
        { state: 'waiting', event: { streamId: 'Y' } },
      ]);
      await flatten('projection_dead_letters');
      expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 2, failed: 0 });
      expect(await log.versionsOf('X')).toEqual([1, 3]);
    },
  );

  it('stops a projection by name where its policy is to stop, until it is flatter', async () => {
    const position = await write(UNWRITABLE, 2);
    const app = await log.start({ retry: { attempts: 1 } });
    await expect(app.projections.waitFor('log', position)).rejects.toThrow(
      /nested more than 1000 levels deep/,
    );
    expect(await statusOf(app)).toMatchObject({ state: 'stopped', error: { position: position - 1n } });
    expect(await log.versionsOf('X')).toEqual([1]);
    await flatten('events');
    await app.projections.resume('log');
    await app.projections.waitFor('log', position);
    expect(await log.versionsOf('X')).toEqual([1, 2, 3]);
  });

  it('is shared out by what segmentBy makes of it, and given to the key function of its rows', async () => {
    const position = await write(UNWRITABLE, 1, 2);
    await log.database.query('CREATE TABLE seen (id int PRIMARY KEY, events int NOT NULL)');
    const rows = rowsProjection({ segments: 2, segmentBy: ({ data }) => (data as Data).n });
    const app = await startApp(log.database.url, { projections: [rows], entities: [Seen] });
    apps.push(app);
    await app.projections.waitFor('rows', position);
    expect(await app.projections.deadLetters('rows')).toMatchObject(
      [1, 2].map((version) => ({ errorClass: 'EventTooDeepError', event: { version } })),
    );
    expect(await log.database.query('SELECT id, events FROM seen')).toEqual([{ id: 2, events: 1 }]);
  });

  it.each(['live', 'inline'] as const)('is the failure of a projection that is %s, too', async (type) => {
    const app = await log.start({ type, retry: { attempts: 1 } }, { run: type === 'live' });
    await log.database.query(
      `INSERT INTO events (id, stream_id, version, type, data)
       VALUES (gen_random_uuid(), 'X', 1, 'Happened', ('{"a":' || repeat('[', 6000) || repeat(']', 6000) || '}')::jsonb)`,
    );
    const running = type === 'live' ? app : await log.start({ type, retry: { attempts: 1 } });
    await eventually(async () =>
      expect(await statusOf(running)).toMatchObject({
        state: 'stopped',
        error: { name: 'HandlerFailedError', message: expect.stringMatching(/levels deep/) as string },
      }),
    );
  });
});

function rowsProjection(options: Partial<ProjectionOptions>) {
  @Projection({
    name: 'rows',
    row: Seen,
    key: ({ data }: RecordedEvent<Data>) => data.n,
    onError: 'dead-letter',
    retry: { attempts: 1 },
    ...options,
  })
  class Rows {
    @OnAny()
    any(_event: RecordedEvent, seen: Seen | undefined): Partial<Seen> {
      return { events: (seen?.events ?? 0) + 1 };
    }
  }
  return Rows;
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let part = value; typeof part === 'object' && part !== null; depth++)
    part = Object.values(part).at(-1);
  return depth;
}
