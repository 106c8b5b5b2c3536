import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable } from '../support/recorder';

export interface TwoDatabases {
  /** Has the read models. */
  readonly database: TestDatabase;
  /** Has somebody else's events. */
  readonly foreign: TestDatabase;
}

/** For each test of a file. @param fill makes what somebody else has in his */
export function useTwoDatabases(fill: (foreign: TestDatabase) => Promise<unknown>): TwoDatabases {
  let database: TestDatabase;
  let foreign: TestDatabase;

  beforeEach(async () => {
    [database, foreign] = await Promise.all([createDatabase(), createDatabase()]);
    await createRecordedTable(database);
    await fill(foreign);
  });
  afterEach(() => Promise.all([database.drop(), foreign.drop()]));

  return {
    get database() {
      return database;
    },
    get foreign() {
      return foreign;
    },
  };
}
