import { ProjectionError } from './projection.error';

/** What the server says of a connection that cannot be used now: whoever meets it tries again. */
const CANNOT_CONNECT_NOW = '57P03';

/**
 * The events cannot be read now, or not all of them: the base class of the errors of that kind. Thrown by reads up to
 * the settled head; projections wait, and go on by themselves when the events can be read. The message of each says
 * what to do.
 *
 * @publicApi
 */
export abstract class StoreNotReadableError extends ProjectionError {
  readonly code = CANNOT_CONNECT_NOW;
}

/**
 * The connection leads to a standby, or to a server that is being restored. Thrown by reads up to the settled head;
 * projections wait and go on by themselves. If it lasts, check the host of the data source.
 *
 * @publicApi
 */
export class ServerInRecoveryError extends StoreNotReadableError {
  constructor() {
    super(
      'The connection leads to a PostgreSQL server in recovery, as a standby is, which does not show what is being ' +
        'written: projections wait until it leads to the primary. If it stays so, check the host of the data source.',
    );
  }
}

/**
 * Row-level security hides events from the role that reads them. Thrown by reads up to the settled head; projections
 * wait. Connect with a role that bypasses it, or disable it on the events table.
 *
 * @publicApi
 */
export class RowSecurityError extends StoreNotReadableError {
  constructor(events: string, role: string) {
    super(
      `Row-level security of ${events} applies to the role "${role}", which would miss the events that policies hide ` +
        'from it: projections wait. Connect them with a role that bypasses it (ALTER ROLE ... BYPASSRLS, or the ' +
        `owner of the table where it is not forced), or run: ALTER TABLE ${events} DISABLE ROW LEVEL SECURITY`,
    );
  }
}

/**
 * The store is another one than at the last look: what is read now does not continue what was read before. Thrown by
 * reads up to the settled head; projections begin again from what is stored. Read again.
 *
 * @publicApi
 */
export class StoreChangedError extends StoreNotReadableError {
  constructor(why: string) {
    super(
      `The event store changed since the last look (${why}): projections begin again from what is stored.`,
    );
  }
}

/**
 * The sequence of the positions stands behind the last event, as when rows were copied without it. Thrown at start
 * and by reads up to the settled head; projections wait. Run the statement in the message.
 *
 * @publicApi
 */
export class SequenceBehindError extends StoreNotReadableError {
  /** @param column of the positions, where the table is somebody else's */
  constructor(events: string, sequence: string, last: bigint, highest: bigint, column?: string) {
    super(
      `The sequence ${sequence} of the events' positions stands at ${last}, behind the last event at ${highest}, as ` +
        'when rows were copied without it: appends would fail, and projections wait. Nothing is to be rebuilt. Run: ' +
        (column === undefined
          ? setPositionSql(events)
          : `SELECT setval(${literal(sequence)}, max(${column})) FROM ${events}`),
    );
  }
}

/**
 * The column of the positions is no identity column, or the events table is gone. Thrown at start and by reads up to
 * the settled head; projections wait. Run the statement in the message.
 *
 * @publicApi
 */
export class MissingIdentityError extends StoreNotReadableError {
  constructor(events: string) {
    const column = `ALTER TABLE ${events} ALTER COLUMN global_position`;
    super(
      `The column global_position of ${events} is no identity column, so that events get no positions and projections ` +
        `wait. Run: ${column} ADD GENERATED ALWAYS AS IDENTITY; ${setPositionSql(events)}`,
    );
  }
}

/**
 * The role may not read where the sequence of the positions stands. Thrown at start and by reads up to the settled
 * head; projections wait. Run the GRANT in the message.
 *
 * @publicApi
 */
export class SequenceNotReadableError extends StoreNotReadableError {
  constructor(sequence: string, role: string) {
    super(
      `The role "${role}" may not read where the sequence ${sequence} of the events' positions stands. ` +
        `Run: GRANT SELECT, USAGE ON SEQUENCE ${sequence} TO "${role}"`,
    );
  }
}

/** Has positions go on behind the last event. */
function setPositionSql(events: string): string {
  return `SELECT setval(pg_get_serial_sequence(${literal(events)}, 'global_position'), max(global_position)) FROM ${events}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
