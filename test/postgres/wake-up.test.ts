import type { ProjectionModuleOptions } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { insertEvent } from '../support/sessions';
import { happened, NO_POLLING, startStore } from '../support/store';

const LISTENING = `SELECT pid FROM pg_stat_activity
  WHERE application_name = 'nestjs-projections listen' AND datname = current_database()`;

describe('a projection wakes up', () => {
  let database: TestDatabase;
  let writer: TestApp;
  let reader: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    writer = await startStore(database.url);
  });
  afterEach(async () => {
    await reader.close();
    await writer.close();
    await database.drop();
  });

  async function startReader(options: ProjectionModuleOptions): Promise<void> {
    reader = await startApp(database.url, { projections: [recorder({ name: 'log' })], options });
  }

  /** A reader that finds nothing by looking for it, and listens by the time this returns. */
  async function startListening(): Promise<void> {
    await startReader(NO_POLLING);
    await writer.store.append('first', [happened()]);
    await applied(1);
  }

  const applied = (...positions: number[]) =>
    eventually(async () => expect(await positionsRecordedBy(database, 'log')).toEqual(positions));

  async function insertBySql(): Promise<void> {
    await insertEvent(await database.connect(), 'plain-sql');
  }

  it('by NOTIFY of an append in another process', async () => {
    await startListening();
    await writer.store.append('second', [happened()]);
    await applied(1, 2);
  });

  it("by NOTIFY at the commit of a caller's transaction", async () => {
    await startListening();
    await writer.dataSource.transaction(async (manager) => {
      await writer.store.append('second', [happened()], { manager });
      await writer.store.append('third', [happened()], { manager });
    });
    await applied(1, 2, 3);
  });

  it('by a NOTIFY that plain SQL sends', async () => {
    await startListening();
    await insertBySql();
    await database.query('NOTIFY nestjs_projections');
    await applied(1, 2);
  });

  it('when its dead LISTEN connection is rebuilt, for what it did not hear, and by NOTIFY again', async () => {
    await startListening();
    await insertBySql();
    const [dead] = await database.query<{ pid: number }>(LISTENING);
    await database.query('SELECT pg_terminate_backend($1)', [dead!.pid]);
    await applied(1, 2);

    const [rebuilt, ...others] = await database.query<{ pid: number }>(LISTENING);
    expect(others).toEqual([]);
    expect(rebuilt!.pid).not.toBe(dead!.pid);
    await writer.store.append('third', [happened()]);
    await applied(1, 2, 3);
  });

  it('by an append in its own process, listening or not', async () => {
    await startReader({ ...NO_POLLING, listen: false });
    await reader.store.append('first', [happened()]);
    await applied(1);
  });

  it('by polling for what nobody notified of', async () => {
    await startReader({ pollInterval: { min: 5, max: 40 } });
    await insertBySql();
    await applied(1);
  });

  it('by polling alone where it is told not to listen', async () => {
    await startReader({ pollInterval: { min: 5, max: 40 }, listen: false });
    expect(await database.query(LISTENING)).toEqual([]);
    await writer.store.append('first', [happened()]);
    await insertBySql();
    await applied(1, 2);
  });

  it('and leaves no connection behind when it ends', async () => {
    await startListening();
    await reader.close();
    await eventually(async () => expect(await database.query(LISTENING)).toEqual([]));
    await startReader({ listen: false });
  });
});
