import { CommandFailedError } from 'nestjs-projections';
import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

describe('an order', () => {
  const log = useLog();

  it('to skip an event is refused where the checkpoint does not stand before it any more', async () => {
    log.fault.now = ({ version }) => {
      if (version === 3) throw new Error('three');
    };
    const app = await log.start({ retry: { attempts: 1 } });
    await appendTo(app, 'X', 4);
    await eventually(async () =>
      expect(await statusOf(app)).toMatchObject({ state: 'stopped', position: 2n }),
    );
    // As after a rebuild that came between the failure and what was stored of it.
    await log.database.query('UPDATE projection_checkpoints SET position = 0');
    await expect(app.projections.skip('log', 3n, 'test')).rejects.toThrow(/stands at position 0 by now/);
    await log.database.query('UPDATE projection_checkpoints SET position = 2');
    await app.projections.skip('log', 3n, 'test');
    await eventually(async () => expect(await log.versionsOf('X')).toEqual([1, 2, 4]));
  });

  it('is answered with why the projection stopped for good, and does not keep its loop busy', async () => {
    const seed = await log.start();
    await seed.projections.waitFor('log', await appendTo(seed, 'X', 2));
    await seed.close();
    await log.database.query('UPDATE projection_checkpoints SET position = 1000');
    const app = await log.start();
    await eventually(async () => expect(await statusOf(app)).toMatchObject({ state: 'stopped' }));
    const retried = app.projections.retryDeadLetters('log');
    await expect(retried).rejects.toThrow(CommandFailedError);
    await expect(retried).rejects.toThrow(/but the store ends at/);
  });

  it('to retry goes on with what an earlier one has left, which waits for nobody any more', async () => {
    let fixed = false;
    log.fault.now = ({ streamId, version }) => {
      if (streamId === 'X' && version === 1 && !fixed) throw new Error('first');
    };
    const app = await log.start({ onError: 'park-stream', retry: { attempts: 1 } });
    await appendTo(app, 'X', 4);
    await app.projections.waitFor('log', await appendTo(app, 'Y'));
    const [first, ...waiting] = await app.projections.deadLetters('log');
    expect(waiting).toHaveLength(3);
    fixed = true;
    // As a retry leaves it that was broken off behind its first letter.
    await log.database.query('DELETE FROM projection_dead_letters WHERE id = $1', [first!.id]);
    expect(await app.projections.retryDeadLetters('log', { ids: [first!.id] })).toEqual({
      applied: 3,
      failed: 0,
    });
    expect(await log.versionsOf('X')).toEqual([2, 3, 4]);
  });

  it('that nobody took up in time is not carried out later', async () => {
    log.fault.now = ({ version }) => {
      if (version === 1) throw new Error('first');
    };
    const app = await log.start({ onError: 'dead-letter', retry: { attempts: 1 } });
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    await log.database.query(
      `INSERT INTO projection_commands (projection, segment, command, arguments, requested_at)
       VALUES ('log', 0, 'discard', '{"filter":{},"actor":{}}', clock_timestamp() - interval '1 hour')`,
    );
    // An order that is in time comes behind it.
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 0, failed: 1 });
    expect(await app.projections.deadLetters('log')).toHaveLength(1);
  });
});

describe('a dead letter of history', () => {
  const log = useLog();

  it('is replayed when it is retried, without effects', async () => {
    let fixed = false;
    const effects: bigint[] = [];
    const replayed: bigint[] = [];
    log.fault.now = ({ globalPosition, version }, { replaying, afterCommit }) => {
      if (version === 1 && !fixed) throw new Error('first');
      if (replaying) replayed.push(globalPosition);
      afterCommit(() => effects.push(globalPosition));
    };
    const seed = await log.start({}, { run: false });
    await seed.close();
    await log.database.query('TRUNCATE projection_states, projection_checkpoints');
    const store = await log.start({ name: 'other' }, { run: false });
    await appendTo(store, 'X', 3);
    const app = await log.start({ onError: 'park-stream', retry: { attempts: 1 } });
    await eventually(async () => expect(await app.projections.deadLetters('log')).toHaveLength(3));
    fixed = true;
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 3, failed: 0 });
    await app.projections.waitFor('log', await appendTo(app, 'Y', 2));
    await eventually(() => expect(effects).toContain(5n));
    expect(replayed).toEqual([1n, 2n, 3n]);
    expect(effects).not.toContain(1n);
    expect(effects).not.toContain(2n);
  });
});
