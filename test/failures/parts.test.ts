import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

describe('a batch that fails with no event to blame', () => {
  const log = useLog();

  /** The commit is refused where the transaction has more than `most` events of the second stream. */
  const refuseBatchesOf = (most: number) =>
    log.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM log WHERE xmin::text = pg_current_xact_id()::xid::text) > ${2 * most}
        THEN RAISE EXCEPTION 'too many at once'; END IF;
        RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()`);

  it.each([1, 7])(
    'is applied in parts that grow, each event about a logarithm of times (at most %d together)',
    async (most) => {
      await refuseBatchesOf(most);
      const calls = new Map<number, number>();
      log.fault.now = ({ version }) => calls.set(version, (calls.get(version) ?? 0) + 1);
      const seed = await log.start({}, { run: false });
      const last = await appendTo(seed, 'X', 400);
      const app = await log.start({ batchSize: 256 });
      await app.projections.waitFor('log', last, { timeoutMs: 60_000 });
      expect(await log.versionsOf('X')).toHaveLength(400);
      // Down from 256 to 1, and once more on the way up.
      expect(Math.max(...calls.values())).toBeLessThanOrEqual(1 + Math.log2(256) + 1);
      const average = [...calls.values()].reduce((sum, count) => sum + count, 0) / calls.size;
      expect(average).toBeLessThan(5);
    },
  );

  it('does not call handlers for all that follows each bad event again', async () => {
    let calls = 0;
    log.fault.now = ({ version }) => {
      calls++;
      if (version % 2 === 0) throw new Error('even');
    };
    const seed = await log.start({}, { run: false });
    const last = await appendTo(seed, 'X', 400);
    const app = await log.start({ onError: 'dead-letter', retry: { attempts: 1 } });
    await eventually(async () => expect((await statusOf(app)).position).toBe(last));
    expect(await log.versionsOf('X')).toHaveLength(200);
    expect(await app.projections.deadLetters('log')).toHaveLength(200);
    expect(calls).toBeLessThan(400 * 4);
  });
});
