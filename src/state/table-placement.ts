import type { DataSource } from 'typeorm';

/** Names for the module's tables, each exact: neither `entityPrefix` nor a naming strategy changes them. */
export interface TableNames {
  /** @default 'events' */
  readonly events?: string;
  /** @default 'projection_checkpoints' */
  readonly checkpoints?: string;
  /** @default 'projection_states' */
  readonly states?: string;
  /** @default 'projection_instances' */
  readonly instances?: string;
  /** @default 'projection_leases' */
  readonly leases?: string;
  /** @default 'projection_commands' */
  readonly commands?: string;
  /** @default 'projection_dead_letters' */
  readonly deadLetters?: string;
  /** @default 'projection_audit' */
  readonly audit?: string;
  /** @default 'projection_inline_marks' */
  readonly inlineMarks?: string;
  /** @default 'projection_head_times' */
  readonly headTimes?: string;
  /** The list of the module's migrations that have run. @default 'projection_migrations' */
  readonly migrations?: string;
}

/** Where the module keeps its tables. */
export interface TablePlacement {
  /**
   * The schema of the module's tables; made at start where it is missing.
   * @default the data source's `schema`, or else what its `search_path` says
   */
  readonly schema?: string;
  /** Names of its tables. @default the names below, as `entityPrefix` and the naming strategy of the data source make them */
  readonly tables?: TableNames;
}

/** What migrations are told. */
export interface MigrationPlacement extends TablePlacement {
  /** Whether reverting a migration may drop tables that have rows, events included. @default false */
  readonly dropTablesWithRows?: boolean;
}

/**
 * Migrations get nothing but a query runner, so what they must know is kept on its data source, and what is derived from
 * that inherits it. Two copies of the package share it.
 */
const PLACEMENT = Symbol.for('nestjs-projections:tables');

/** From now on the module's tables of the data source are those. */
export function placeTables(dataSource: DataSource, placement: MigrationPlacement): void {
  Object.defineProperty(dataSource, PLACEMENT, { value: placement, configurable: true });
}

export function placementOf(dataSource: DataSource): MigrationPlacement {
  return (dataSource as { [PLACEMENT]?: MigrationPlacement })[PLACEMENT] ?? {};
}
