import { appendTo, useLog } from './use-log';

describe('an error that only the commit shows', () => {
  const log = useLog();

  beforeEach(() =>
    log.database.query(`
      CREATE TABLE parent (id int PRIMARY KEY);
      CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)`),
  );

  it('is closed in on until the event to blame is alone', async () => {
    let mended = false;
    const sizes: number[] = [];
    log.fault.now = async ({ version }, { manager }) => {
      if ([5, 6, 11].includes(version) && !mended) await manager.query('INSERT INTO child VALUES (1)');
    };
    const app = await log.start({ onError: 'dead-letter' });
    app.projections.changes('log').subscribe(({ events }) => sizes.push(events.length));
    await app.projections.waitFor('log', await appendTo(app, 'X', 12));

    expect(await log.versionsOf('X')).toEqual([1, 2, 3, 4, 7, 8, 9, 10, 12]);
    const letters = await app.projections.deadLetters('log');
    expect(letters.map(({ event, errorMessage }) => [event.version, errorMessage])).toEqual(
      [5, 6, 11].map((version) => [version, expect.stringMatching(/foreign key constraint.*Next:/)]),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(9);

    mended = true;
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 3, failed: 0 });
  });

  it('is tried again like any other, and stays a dead letter when it fails in the retry', async () => {
    const tries: number[] = [];
    log.fault.now = async ({ version }, { manager, attempt }) => {
      if (version !== 1) return;
      tries.push(attempt);
      await manager.query('INSERT INTO child VALUES (1)');
    };
    const app = await log.start({
      onError: 'dead-letter',
      retry: { attempts: 2, backoff: { minMs: 1, maxMs: 1 } },
    });
    await app.projections.waitFor('log', await appendTo(app, 'X', 1));
    expect(tries).toEqual([1, 2]);
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 0, failed: 1 });
    expect(await app.projections.deadLetters('log')).toMatchObject([{ attempts: 3 }]);
  });
});
