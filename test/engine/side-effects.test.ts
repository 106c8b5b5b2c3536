import { Logger } from '@nestjs/common';
import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';

@Entity('mails')
class Mail {
  @PrimaryColumn('bigint')
  position!: string;
  @Column('text')
  type!: string;
}

const sent: { position: bigint; committed: boolean }[] = [];
let database: TestDatabase;

@Projection({ name: 'mails', readModels: [Mail], retry: { attempts: 2, backoff: { minMs: 0, maxMs: 0 } } })
class Mails {
  @On('Ordered', 'Faulty', 'Unsendable')
  async ordered(event: RecordedEvent, { manager, afterCommit, attempt }: ProjectionContext) {
    const position = event.globalPosition;
    await manager.insert(Mail, { position: String(position), type: event.type });
    afterCommit(async () => {
      if (event.type === 'Unsendable') throw new Error('the mail server is on fire');
      const rows = await database.query('SELECT FROM mails WHERE position = $1', [position]);
      sent.push({ position, committed: rows.length === 1 });
    });
    if (event.type === 'Faulty' && attempt === 1) throw new Error('once');
  }

  @On('Welcomed', { replay: false })
  async welcomed(event: RecordedEvent, { manager }: ProjectionContext) {
    await manager.insert(Mail, { position: String(event.globalPosition), type: event.type });
  }
}

const positions = () => sent.map(({ position }) => Number(position));

describe('side effects', () => {
  let app: TestApp;

  beforeEach(async () => {
    sent.length = 0;
    database = await createDatabase();
    await database.query('CREATE TABLE mails (position bigint PRIMARY KEY, type text)');
    app = await startApp(database.url, { projections: [Mails], entities: [Mail] });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  const append = async (...types: string[]) => {
    const events = types.map((type) => ({ type, data: {} }));
    await app.projections.waitFor('mails', (await app.store.append('s', events)).globalPosition);
  };

  it('follow the commit, in order', async () => {
    await append('Ordered', 'Ordered');
    await eventually(() => expect(positions()).toEqual([1, 2]));
    expect(sent.every(({ committed }) => committed)).toBe(true);
  });

  it('of a try that was rolled back do not happen', async () => {
    await append('Ordered', 'Faulty', 'Ordered');
    await eventually(() => expect(positions()).toEqual([1, 2, 3]));
  });

  it('that fail are logged, and nothing comes of it', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await append('Unsendable', 'Ordered');
    await eventually(() => expect(positions()).toEqual([2]));
    expect(logged).toHaveBeenCalledWith(
      'Projection "mails": an afterCommit effect failed',
      expect.objectContaining({ message: 'the mail server is on fire' }),
    );
    expect(await database.query('SELECT type FROM mails ORDER BY position')).toEqual([
      { type: 'Unsendable' },
      { type: 'Ordered' },
    ]);
    expect(await app.projections.status()).toMatchObject([{ state: 'running', position: 2n }]);
  });

  it('may wait for another projection, for they hold none of a small pool meanwhile', async () => {
    let reached: bigint | undefined;
    @Projection({ name: 'report', type: 'catch-up' })
    class Report {
      @On('Ordered') ordered() {}
    }
    // Longer than the test: a wait that is given up would let the others go on.
    @Projection({ name: 'reporter', handlerTimeoutMs: 600_000 })
    class Reporter {
      @On('Ordered')
      ordered(_event: RecordedEvent, { afterCommit }: ProjectionContext) {
        afterCommit(async () => {
          reached = await small.projections.catchUp('report');
        });
      }
    }
    const small = await startApp(database.url, { projections: [Report, Reporter], poolSize: 3 });
    try {
      const { globalPosition } = await small.store.append('s', [{ type: 'Ordered', data: {} }]);
      await eventually(() => expect(reached).toBe(globalPosition));
    } finally {
      await small.close();
    }
  });

  it('never happen while history is replayed, and handlers that want no history are not called', async () => {
    await append('Ordered', 'Welcomed');
    await eventually(() => expect(positions()).toEqual([1]));
    expect(await database.query('SELECT FROM mails')).toHaveLength(2);

    await app.projections.rebuild('mails');
    expect(await database.query('SELECT type FROM mails')).toEqual([{ type: 'Ordered' }]);
    await append('Ordered', 'Welcomed');
    await eventually(() => expect(positions()).toEqual([1, 3]));
    expect(await database.query('SELECT FROM mails')).toHaveLength(3);
  });
});
