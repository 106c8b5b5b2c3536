import type { Client } from 'pg';
import { DataSource, type DataSourceOptions, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { type LoadedRow, RowTable } from '../../src/read-models/row-table';
import { StatementNames } from '../../src/database/statement-names';
import { createDatabase, type TestDatabase } from '../support/database';

type Entity<T extends ObjectLiteral> = EntityTarget<T>;

/** A moment for all tests that do not ask what time it is. */
export const NOW = new Date('2026-03-04T05:06:07.089Z');

/** Tables of entities, to be read and written as projections do and as TypeORM does. */
export class Rows {
  private readonly tables = new Map<unknown, RowTable>();

  private constructor(
    readonly database: TestDatabase,
    readonly dataSource: DataSource,
    readonly client: Client,
  ) {}

  static async open(
    entities: NonNullable<DataSourceOptions['entities']>,
    { before = '', ...options }: { before?: string; schema?: string; namingStrategy?: object } = {},
  ): Promise<Rows> {
    const database = await createDatabase();
    if (before) await database.query(before);
    const dataSource = new DataSource({
      type: 'postgres',
      url: database.url,
      entities,
      synchronize: true,
      ...(options as Partial<DataSourceOptions>),
    } as DataSourceOptions);
    await dataSource.initialize();
    return new Rows(database, dataSource, await database.connect());
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** One for each entity, as for a projection. */
  table(entity: Entity<ObjectLiteral>): RowTable {
    let table = this.tables.get(entity);
    if (!table)
      this.tables.set(
        entity,
        (table = new RowTable(this.dataSource, 'p', entity, new StatementNames(this.dataSource))),
      );
    return table;
  }

  async load<T extends ObjectLiteral>(entity: Entity<T>, key: unknown): Promise<T | undefined> {
    return (await this.loadAll(entity, [key]))[0];
  }

  /** In the order of the keys. */
  async loadAll<T extends ObjectLiteral>(
    entity: Entity<T>,
    given: readonly unknown[],
  ): Promise<(T | undefined)[]> {
    const loaded = await this.loadedOf(entity, given);
    return loaded.map((found) => found?.row as T | undefined);
  }

  async insert<T extends ObjectLiteral>(entity: Entity<T>, key: unknown, row: object): Promise<T> {
    return (await this.insertAll(entity, new Map([[key, row]])))[0]!;
  }

  /** @returns the rows as the next handler sees them */
  async insertAll<T extends ObjectLiteral>(
    entity: Entity<T>,
    rows: ReadonlyMap<unknown, object>,
  ): Promise<T[]> {
    const table = this.table(entity);
    // A table can settle and encode once it has loaded.
    await this.loadedOf(entity, [...rows.keys()]);
    const inserts = [...rows].map(([given, row]) => {
      const key = table.keyOf(table.idOf(given));
      return { key, row: table.settle(table.take(row, undefined), key, undefined, NOW) };
    });
    await table.encode({ inserts, updates: [], deletes: [] }).save(this.client);
    await this.askFor(table, inserts);
    return inserts.map(({ row }) => row as T);
  }

  async update<T extends ObjectLiteral>(
    entity: Entity<T>,
    key: unknown,
    change: (row: T) => void = () => undefined,
    meanwhile?: () => Promise<unknown>,
  ): Promise<T> {
    return (await this.updateAll(entity, [key], change, meanwhile))[0]!;
  }

  /** @returns the rows as the next handler sees them */
  async updateAll<T extends ObjectLiteral>(
    entity: Entity<T>,
    given: readonly unknown[],
    change: (row: T, at: number) => void = () => undefined,
    meanwhile: () => Promise<unknown> = async () => undefined,
  ): Promise<T[]> {
    const table = this.table(entity);
    const loaded = await this.loadedOf(entity, given);
    const updates = loaded.map((stamp, at) => {
      const key = table.keyOf(table.idOf(given[at]));
      const row = table.copy(stamp!.row) as T;
      change(row, at);
      return { key, row: table.settle(row, key, stamp!.row, NOW), stamp: stamp! };
    });
    const encoded = table.encode({ inserts: [], updates, deletes: [] });
    await meanwhile();
    await encoded.save(this.client);
    await this.askFor(table, updates);
    return updates.map(({ row }) => row as T);
  }

  async delete(
    entity: Entity<ObjectLiteral>,
    key: unknown,
    meanwhile: () => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    const table = this.table(entity);
    const [stamp] = await this.loadedOf(entity, [key]);
    await meanwhile();
    const deletes = [{ key: table.keyOf(table.idOf(key)), stamp: stamp! }];
    await table.encode({ inserts: [], updates: [], deletes }).save(this.client);
  }

  /** What only the database can tell, before the next handler sees the rows. */
  private async askFor(table: RowTable, changes: readonly { row: object }[]): Promise<void> {
    await table.askFor(
      this.client,
      changes.map(({ row }) => row),
    );
  }

  private async loadedOf(
    entity: Entity<ObjectLiteral>,
    given: readonly unknown[],
  ): Promise<(LoadedRow | undefined)[]> {
    const table = this.table(entity);
    const keys = given.map((key) => table.keyOf(table.idOf(key)));
    const loaded = new Map((await table.load(this.client, keys)).map((row) => [row.id, row]));
    return keys.map(({ id }) => loaded.get(id));
  }
}

/** With the rows of a `describe`. */
export function useRows(...[entities, options]: Parameters<typeof Rows.open>): { now: Rows } {
  const held = {} as { now: Rows };
  beforeAll(async () => {
    held.now = await Rows.open(entities, options);
  });
  afterAll(() => held.now.close());
  return held;
}
