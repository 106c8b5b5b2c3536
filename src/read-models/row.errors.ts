import { ProjectionError } from '../events/projection.error';

/**
 * `row` names something that is no entity of the data source. Thrown at start. Add it to `entities`, or import
 * `TypeOrmModule.forFeature` with it.
 *
 * @publicApi
 */
export class UnknownRowEntityError extends ProjectionError {
  constructor(projection: string, entity: string) {
    super(
      `Projection "${projection}" folds rows of ${entity}, which is no entity of its data source: ` +
        'add it to entities, or import TypeOrmModule.forFeature with it where autoLoadEntities is on.',
    );
  }
}

/**
 * An entity has rows that cannot be loaded and saved in bulk. Thrown at start. Change the entity, or write its table
 * by transaction handlers.
 *
 * @publicApi
 */
export class UnsupportedRowEntityError extends ProjectionError {
  constructor(projection: string, entity: string, problem: string) {
    super(
      `Projection "${projection}" cannot fold rows of ${entity}: ${problem}. ` +
        'Change the entity, or write its table by transaction handlers.',
    );
  }
}

/**
 * A key function gave a value that is no primary key of the row. It is the `cause` of the `HandlerFailedError` of its
 * event. Check the key function.
 *
 * @publicApi
 */
export class InvalidRowKeyError extends ProjectionError {
  constructor(projection: string, entity: string, problem: string) {
    super(`Projection "${projection}": the key of a row of ${entity} ${problem}. Check the key function.`);
  }
}

/**
 * A handler returned a row with another primary key than the key function gave. It is the `cause` of the
 * `HandlerFailedError` of its event. Leave the primary key alone, or fix the key function.
 *
 * @publicApi
 */
export class RowKeyMismatchError extends ProjectionError {
  constructor(projection: string, entity: string, property: string, wanted: string, got: string) {
    super(
      `Projection "${projection}": a handler returned a row of ${entity} whose ${property} is ${got}, not ${wanted} ` +
        'as its key function said. Leave the primary key alone, or fix the key function.',
    );
  }
}

/**
 * A handler returned something that is no row of its entity. It is the `cause` of the `HandlerFailedError` of its
 * event. Return a row to keep it, `null` to delete it, or `undefined` to leave it alone.
 *
 * @publicApi
 */
export class InvalidRowError extends ProjectionError {
  constructor(projection: string, entity: string, problem: string) {
    super(
      `Projection "${projection}": a handler returned ${problem}. The row was left as it is. Return a row of ${entity} ` +
        'to keep it, null to delete it, or undefined (nothing) to leave it alone.',
    );
  }
}

/**
 * A handler left a column without the value that it needs. It is the `cause` of the `HandlerFailedError` of its
 * event. Set the column in the handler.
 *
 * @publicApi
 */
export class UnsetColumnError extends ProjectionError {
  constructor(projection: string, entity: string, property: string, why: string) {
    super(
      `Projection "${projection}": a handler returned a row of ${entity} without ${property}, which ${why}. ` +
        'Set it in the handler.',
    );
  }
}

/**
 * A handler returned a row that refers to a row which an earlier event deleted. It is the `cause` of the
 * `HandlerFailedError` of its event. Have the handler look at the order of events, or keep the other row.
 *
 * @publicApi
 */
export class DanglingRowError extends ProjectionError {
  constructor(projection: string, child: string, parent: string, key: string) {
    super(
      `Projection "${projection}": a handler returned a row of ${child} that refers to the row ${key} of ${parent}, which ` +
        'was deleted before. Let the handler look at the order of events, or keep the row that is referred to.',
    );
  }
}

/** The batch holds events that cannot be saved in one go, but can one after the other. */
export class InseparableRowsError extends Error {
  override readonly name = 'InseparableRowsError';
}

/**
 * Rows of a projection were changed by something else since the projection loaded them; nothing was overwritten. It
 * is the `error` in the status of the stopped projection, or thrown by `append` where the projection is inline. Let
 * nothing else write the table, and no trigger change its rows.
 *
 * @publicApi
 */
export class ForeignWriteError extends ProjectionError {
  constructor(projection: string, table: string, expected: number, touched: number) {
    super(
      `Projection "${projection}" found ${expected - touched} of ${expected} rows of ${table} written by somebody ` +
        'else since it read them. Nothing was overwritten. A read model belongs to its projection: let nothing else ' +
        'write its table, and no trigger change its rows.',
    );
  }
}
