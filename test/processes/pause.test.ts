import { eventually } from '../support/eventually';
import { Load } from '../tally/load';
import { Fleet } from './fleet';

/** An operator's wish is to be obeyed within this time. */
const OBEYED_MS = 1_000;
/** As many as are appended in a second or two. */
const WAITING = 100;

it('obeys a pause that was ordered from another process, also after a restart', async () => {
  const fleet = await Fleet.create({ projections: [{ name: 'tally' }], options: { leaseMs: 2_000 } });
  const { database, app } = fleet;
  const load = new Load(app.store);
  /** Holds once many events have waited since then and none was applied. */
  const nothingAppliedSince = (since: Date) =>
    eventually(async () => {
      const [row] = await database.query<{ applied: number; waiting: number }>(
        `SELECT (SELECT count(*)::int FROM tally_log WHERE at > $1) AS applied,
                (SELECT count(*)::int FROM events WHERE recorded_at > $1) AS waiting`,
        [since],
      );
      expect(row!.waiting).toBeGreaterThan(WAITING);
      expect(row!.applied).toBe(0);
    });
  try {
    const [owner] = await fleet.add();
    // At the head, for a batch in flight is finished, and one out of a backlog may be long.
    await app.projections.waitFor('tally', load.position, { timeoutMs: 20_000 });

    await app.projections.pause('tally', { by: 'operator', reason: 'a look at the data' });
    const obeyed = new Date(Date.now() + OBEYED_MS);
    await nothingAppliedSince(obeyed);

    await owner!.stop();
    fleet.workers.length = 0;
    const [successor] = await fleet.add();
    await eventually(async () => expect(await fleet.ownerOf('tally')).toBe(successor));
    await nothingAppliedSince(new Date());

    await app.projections.resume('tally', { by: 'operator' });
    await load.stop();
    await fleet.settle();
    expect(
      await database.query('SELECT action, projection, actor, reason FROM projection_audit ORDER BY id'),
    ).toEqual([
      { action: 'pause', projection: 'tally', actor: 'operator', reason: 'a look at the data' },
      { action: 'resume', projection: 'tally', actor: 'operator', reason: null },
    ]);
  } finally {
    await load.stop();
    await fleet.close();
  }
});
