import { createDatabase, type TestDatabase } from '../support/database';
import { storm } from './storm';

describe('a storm of writers', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  it('loses nothing, doubles nothing and keeps the order', () => storm(database));

  it('does none of it to four segments either', () =>
    storm(database, {
      projection: { segments: 4 },
      expectation: { order: 'stream', mixedEpochs: true },
    }));
});
