import { eventually } from '../support/eventually';
import { Load } from '../tally/load';
import { Fleet } from './fleet';

/** Every lease is over as soon as it is written, and every owner has the same epoch. */
const BREAK_LEASES = `
  CREATE FUNCTION break_lease() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.expires_at := '-infinity';
    NEW.epoch := 1;
    RETURN NEW;
  END $$;
  CREATE TRIGGER break_lease BEFORE INSERT OR UPDATE ON projection_leases
    FOR EACH ROW EXECUTE FUNCTION break_lease()`;

const CHANGES_OF_WRITER = 20;

it('applies every event once although two processes run the same projection by mistake', async () => {
  const fleet = await Fleet.create({ projections: [{ name: 'tally', batchSize: 5 }] });
  const load = new Load(fleet.app.store);
  try {
    await fleet.database.query(BREAK_LEASES);
    await fleet.add(2);
    await eventually(async () => {
      const [row] = await fleet.database.query<{ changes: number }>(
        `SELECT count(*)::int AS changes
         FROM (SELECT owner, lag(owner) OVER (ORDER BY serial) AS before FROM tally_log) log WHERE owner <> before`,
      );
      expect(row!.changes).toBeGreaterThan(CHANGES_OF_WRITER);
    });
    await load.stop();
    await fleet.settle({ mixedEpochs: true });
  } finally {
    await load.stop();
    await fleet.close();
  }
});
