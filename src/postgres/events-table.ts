import type { DataSource } from 'typeorm';
import { timedQuery } from '../database/timed-query';
import { MissingConstraintError } from './missing-constraint.error';
import { type EventsTable, TABLE_SQL } from './sql/events-table.sql';
import { MissingIdentityError, SequenceNotReadableError } from '../events/store-state.errors';
import { UnsafeSequenceError } from './unsafe-sequence.error';

interface TableRow {
  readonly name: string;
  readonly cache: string;
  readonly grows: boolean;
  readonly maySelect: boolean;
  readonly mayUse: boolean;
  readonly role: string;
  /** The columns of each unique index. */
  readonly uniques: readonly (readonly string[])[] | null;
}

/** What an append relies on to refuse a version, or an id, that is there already. */
const CONSTRAINTS = [
  { needed: ['stream_id', 'version'], allowed: ['stream_id', 'version'] },
  // All that a partitioned table can have, where it is partitioned by the stream.
  { needed: ['id'], allowed: ['id', 'stream_id'] },
] as const;

/**
 * Finds the sequence behind the positions, and checks what never losing or doubling an event depends on.
 * @throws MissingIdentityError, UnsafeSequenceError, MissingConstraintError, SequenceNotReadableError
 */
export async function findEventsTable(dataSource: DataSource, events: string): Promise<EventsTable> {
  const [table] = await timedQuery<TableRow>(dataSource, TABLE_SQL, [events]);
  if (!table) throw new MissingIdentityError(events);
  const { name, cache, grows, maySelect, mayUse, role } = table;
  if (cache !== '1' || !grows) throw new UnsafeSequenceError(name, cache);
  if (!maySelect && !mayUse) throw new SequenceNotReadableError(name, role);
  for (const constraint of CONSTRAINTS)
    if (!(table.uniques ?? []).some((columns) => guarantees(columns, constraint)))
      throw new MissingConstraintError(events, constraint.needed);
  return {
    events,
    rows: events,
    firm: events,
    handled: events,
    idType: 'uuid',
    drawsApart: false,
    sequence: name,
    maySelect,
    role,
  };
}

function guarantees(
  columns: readonly string[],
  { needed, allowed }: { readonly needed: readonly string[]; readonly allowed: readonly string[] },
): boolean {
  return needed.every((one) => columns.includes(one)) && columns.every((one) => allowed.includes(one));
}
