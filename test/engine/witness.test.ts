import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { startStore } from '../support/store';
import { allStored } from '../postgres/incarnations/drawn-again';

/** Handles every third event, of which every tenth fails, alone or with what is in its batch. */
function third(type: string, options: { batchSize?: number; segments?: number }) {
  @Projection({ name: type, onError: 'dead-letter', retry: { attempts: 1 }, ...options })
  class Third {
    @On(type)
    handle({ version }: RecordedEvent): void {
      if (version % 10 === 0) throw new Error('It fails.');
    }
  }
  return Third;
}

describe('the witness of a checkpoint', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeEach(async () => {
    database = await createDatabase();
    const before = await startStore(database.url);
    for (let n = 0; n < 40; n++)
      await before.store.append(
        `s-${n % 7}`,
        Array.from({ length: 20 }, (_, at) => ({ type: 'ABC'[(n + at) % 3]!, data: {} })),
      );
    await before.close();
    // Looks at each checkpoint in the moment in which it is written.
    await database.query(`
      CREATE TABLE written (exact boolean, wrong boolean);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO written SELECT NEW.witness_through = NEW.position, EXISTS (
          SELECT FROM events WHERE global_position > NEW.witness_position AND global_position <= NEW.witness_through);
        RETURN NEW; END $$;
      CREATE TRIGGER note AFTER UPDATE OF position ON projection_checkpoints FOR EACH ROW EXECUTE FUNCTION note()`);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('tells of nothing behind it that was there, wherever batches and pages are cut', async () => {
    app = await startApp(database.url, {
      projections: [
        third('A', { batchSize: 7 }),
        third('B', { batchSize: 50 }),
        third('C', { segments: 2 }),
        third('D', {}),
      ],
    });
    await app.store.append('last', [{ type: 'C', data: {} }]);
    await allStored(database, 801);
    const written = await database.query<{ exact: boolean; wrong: boolean }>('SELECT * FROM written');
    expect(written.filter(({ wrong }) => wrong)).toEqual([]);
    expect(written.length).toBeGreaterThan(100);
    expect(written.some(({ exact }) => exact)).toBe(true);
    const last = 'SELECT FROM projection_checkpoints WHERE witness_position = 801 AND witness_through = 801';
    expect(await database.query(last)).toHaveLength(5);
  });
});
