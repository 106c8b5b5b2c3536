import { QueryFailedError } from 'typeorm';
import type { AppendScope } from './append-scope';
import { IS_EVENTS_SQL } from './sql/append.sql';
import { isUniqueViolation } from '../database/sql-state';

/** What `pg` tells of a constraint that was violated. */
interface Violation {
  readonly schema?: string;
  readonly table?: string;
  readonly constraint?: string;
}

/** The events table refused an append: for an id, or for a version that another append took meanwhile. */
export class AppendConflict extends Error {
  constructor(
    readonly constraint: 'id' | 'version',
    override readonly cause: QueryFailedError,
  ) {
    super(cause.message);
  }
}

/** The constraint of the events table that an append ran into, where that is what `error` says. */
export function conflictOf(error: unknown): AppendConflict | undefined {
  if (!(error instanceof QueryFailedError) || !isUniqueViolation(error)) return undefined;
  const { constraint = '' } = error.driverError as Violation;
  if (constraint.includes('stream_id')) return new AppendConflict('version', error);
  return constraint.endsWith('_id_key') ? new AppendConflict('id', error) : undefined;
}

/**
 * Whether a conflict was over a constraint of the events table, and not of one that a trigger writes to.
 * @param events the qualified name of the events table
 */
export async function isOfEvents(
  { cause }: AppendConflict,
  scope: AppendScope,
  events: string,
): Promise<boolean> {
  const { schema, table } = cause.driverError as Violation;
  if (events.endsWith(`"${table}"`)) return true;
  const [row] = await scope.query<{ own: boolean }>(IS_EVENTS_SQL, [schema, table, events]);
  return row?.own ?? false;
}
