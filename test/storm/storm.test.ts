import { createDatabase, type TestDatabase } from '../support/database';
import { storm } from './storm';

describe('a storm of writers', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  it('loses nothing, doubles nothing and keeps the order', () => storm(database));
});
