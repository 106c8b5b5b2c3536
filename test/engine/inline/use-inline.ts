import type { INestApplicationContext, Type } from '@nestjs/common';
import type { TestAppOptions } from '../../support/app';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, recordedBy, recorder, type RecorderOptions } from '../../support/recorder';

/** A database for each test, on which inline projections record what they are given. */
export function useInline() {
  let database: TestDatabase;
  const apps: Pick<INestApplicationContext, 'close'>[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  return {
    get database() {
      return database;
    },
    async start(
      projections: Type<object>[],
      more: Omit<TestAppOptions, 'projections'> = {},
    ): Promise<TestApp> {
      const app = await startApp(database.url, { projections, ...more });
      apps.push(app);
      return app;
    },
    closing: (app: Pick<INestApplicationContext, 'close'>) => apps.push(app),
    async close(app: TestApp): Promise<void> {
      apps.splice(apps.indexOf(app), 1);
      await app.close();
    },
    isHandedOver,
    /** Resolves when appends apply the events of all inline projections. */
    handedOver: () => eventually(async () => expect(await isHandedOver()).toBe(true)),
    positions: async (projection = 'log') =>
      (await recordedBy(database, projection)).map(({ position }) => position),
  };

  async function isHandedOver(): Promise<boolean> {
    const rows = await database.query<{ over: boolean }>(
      'SELECT replay_until IS NULL AS over FROM projection_checkpoints',
    );
    return rows.length > 0 && rows.every(({ over }) => over);
  }
}

/** Records every event as "log". */
export const inlineLog = (options: Partial<RecorderOptions> = {}) =>
  recorder({ name: 'log', type: 'inline', ...options });
