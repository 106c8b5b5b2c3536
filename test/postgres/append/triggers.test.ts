import { EventsNotStoredError, On, Projection, type RecordedEvent } from 'nestjs-projections';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

const seen: RecordedEvent[] = [];

@Projection({ name: 'inline', type: 'inline' })
class Inline {
  @On('Seen')
  see(event: RecordedEvent) {
    seen.push(event);
  }
}

/** `do` in its data says what the trigger does to an event. */
const event = (what: string, type = 'Plain') => ({ type, data: { b: 1, aa: 2, do: what } });

const TRIGGER = `
  CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    CASE NEW.data ->> 'do'
      WHEN 'drop' THEN RETURN NULL;
      WHEN 'type' THEN NEW.type := 'Other';
      WHEN 'version' THEN NEW.version := NEW.version + 10;
      WHEN 'stream' THEN NEW.stream_id := 'elsewhere';
      WHEN 'id' THEN NEW.id := gen_random_uuid();
      WHEN 'data' THEN NEW.data := NEW.data || '{"added": 1.0}'; NEW.metadata := '{"by": "trigger"}';
      ELSE NULL;
    END CASE;
    RETURN NEW;
  END $$;
  CREATE TRIGGER meddle BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION meddle()`;

describe('an append into a table with a BEFORE INSERT trigger', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp(database.url, { projections: [Inline] });
    await eventually(async () =>
      expect(
        await database.query('SELECT FROM projection_checkpoints WHERE replay_until IS NULL'),
      ).toHaveLength(1),
    );
    await database.query(TRIGGER);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    seen.length = 0;
    await database.query('DELETE FROM events');
  });

  const stored = () => database.query('SELECT stream_id FROM events');

  const FAULTS = [
    ['drops all', ['drop'], [1], []],
    ['drops one', ['', 'drop', ''], [2], []],
    ['changes a type', ['', 'type'], [], [2]],
    ['changes a version', ['version', ''], [], [1]],
    ['changes a stream', ['stream'], [], [1]],
    ['changes an id', ['', 'id'], [2], []],
    ['drops and changes', ['drop', 'type', ''], [1], [2]],
  ] as const;

  it.each(
    FAULTS.flatMap((fault) => [['Plain' as const, ...fault] as const, ['Seen' as const, ...fault] as const]),
  )(
    'with events %s that %s is refused as a whole and says of which',
    async (type, _what, deeds, missing, changed) => {
      const events = deeds.map((deed) => event(deed, type));
      const error: unknown = await app.store.append('s', events).catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(EventsNotStoredError);
      expect(error).toMatchObject({ streamId: 's', missing, changed });
      expect(await stored()).toEqual([]);
      expect(seen).toEqual([]);
    },
  );

  it.each(['any', 0, 'no-stream'] as const)(
    'is told apart from a wrong version where it expects %p',
    async (expectedVersion) => {
      const append = app.store.append('s', [event('drop')], { expectedVersion });
      await expect(append).rejects.toThrow(EventsNotStoredError);
      await app.store.append('s', [event('')], { expectedVersion });
      await expect(app.store.append('s', [event('drop')], { expectedVersion: 5 })).rejects.toThrow(
        'not at the expected 5',
      );
    },
  );

  it("leaves a caller's transaction usable", async () => {
    await app.dataSource.transaction(async (manager) => {
      await app.store.append('before', [event('')], { manager });
      const append = app.store.append('s', [event(''), event('drop')], { manager });
      await expect(append).rejects.toThrow(EventsNotStoredError);
      await app.store.append('after', [event('')], { manager });
    });
    expect(await stored()).toEqual([{ stream_id: 'before' }, { stream_id: 'after' }]);
  });

  it('succeeds where data and metadata are changed, and shows inline projections what is stored', async () => {
    await app.store.append('s', [event('data', 'Seen'), event('', 'Seen')]);
    await app.dataSource.transaction((manager) =>
      app.store.append('s', [event('data', 'Seen')], { manager }),
    );
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatchObject({ data: { added: 1 }, metadata: { by: 'trigger' } });
    const read = await app.store.readStream('s');
    expect(seen).toEqual(read);
    // Also the order of keys is that of a later read.
    expect(seen.map(({ data }) => Object.keys(data as object))).toEqual(
      read.map(({ data }) => Object.keys(data as object)),
    );
  });

  it('whose own write is refused for a name that looks like one of ours gives that error', async () => {
    await database.query(`
      CREATE TABLE outbox (stream_id text UNIQUE);
      CREATE FUNCTION send() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO outbox VALUES (NEW.stream_id); RETURN NEW; END';
      CREATE TRIGGER send AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION send()`);
    await app.store.append('s', [event('')]);
    await expect(app.store.append('s', [event('')])).rejects.toThrow('outbox_stream_id_key');
    await database.query('DROP TABLE outbox CASCADE; DROP FUNCTION send CASCADE');
  });
});
