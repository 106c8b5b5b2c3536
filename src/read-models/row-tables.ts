import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { StatementNames } from '../database/statement-names';
import { RowTable } from './row-table';
import { TableLinks } from './table-links';

/** The tables that the handlers of a projection fold rows of. */
export class RowTables {
  readonly tables: ReadonlyMap<EntityTarget<ObjectLiteral>, RowTable>;
  readonly links: TableLinks;

  /**
   * @param names left out where a statement's failure would be the application's
   * @throws UnknownRowEntityError, UnsupportedRowEntityError
   */
  constructor(
    dataSource: DataSource,
    readonly projection: string,
    entities: readonly EntityTarget<ObjectLiteral>[],
    names: StatementNames | undefined,
  ) {
    this.tables = new Map(
      entities.map((entity) => [entity, new RowTable(dataSource, projection, entity, names)]),
    );
    this.links = new TableLinks(projection, [...this.tables.values()], names);
  }
}
