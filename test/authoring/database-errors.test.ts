import { TypeOrmModule } from '@nestjs/typeorm';
import {
  MissingTablesError,
  ProjectionModule,
  UnknownDataSourceError,
  UnsafeSequenceError,
} from 'nestjs-projections';
import { boot, startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

describe('an application whose database does not suit does not start', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  const typeorm = (name?: string) =>
    TypeOrmModule.forRoot({ type: 'postgres', url: database.url, name, retryAttempts: 0 });

  it('when there is no data source', async () => {
    const start = boot(ProjectionModule.forRoot());
    await expect(start).rejects.toThrow(UnknownDataSourceError);
    await expect(start).rejects.toThrow('import TypeOrmModule.forRoot beside it');
  });

  it('when no data source has the name it was given', async () => {
    const start = boot(typeorm(), ProjectionModule.forRoot({ dataSource: 'shop' }));
    await expect(start).rejects.toThrow(UnknownDataSourceError);
    await expect(start).rejects.toThrow('no TypeORM data source named "shop"');
  });

  it('when tables are missing that it was told not to make', async () => {
    const start = boot(typeorm(), ProjectionModule.forRoot({ migrate: false }));
    await expect(start).rejects.toThrow(MissingTablesError);
    await expect(start).rejects.toThrow(/no table "events", "projection_checkpoints".*projectionMigrations/);
    expect(await database.query(`SELECT to_regclass('events') AS made`)).toEqual([{ made: null }]);
  });

  it('when connections draw positions in blocks, and starts once that is mended as it says', async () => {
    await (await startApp(database.url)).close();
    await database.query('ALTER SEQUENCE events_global_position_seq CACHE 20');
    const error = await boot(typeorm(), ProjectionModule.forRoot()).catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(UnsafeSequenceError);

    const [, mend] = /Run: (.*)$/.exec((error as Error).message)!;
    await database.query(mend!);
    await (await startApp(database.url)).close();
  });
});
