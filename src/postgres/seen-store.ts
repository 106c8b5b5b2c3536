import type { EventsTable } from './sql/events-table.sql';

/** An event that is there as long as the store continues what it was at the last look. */
export interface Newest {
  readonly position: string;
  readonly id: string;
}

/** Settled positions behind the newest event: none of them has an event, unless they are drawn again. */
export interface Gap {
  readonly after: bigint;
  readonly through: bigint;
}

/** The store as the last look saw it, for whoever reads from it what that look found to be settled. */
export interface SeenStore {
  readonly incarnation: string;
  readonly table: EventsTable;
  readonly server: string;
  readonly relation: string;
  readonly file: string;
  readonly witness: Newest | undefined;
  readonly gap: Gap | undefined;
}
