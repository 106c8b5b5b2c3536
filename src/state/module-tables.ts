/** What tells a table of the module from one that has only its name. */
export interface ModuleTable {
  /** Columns of its first migration, with the types that do. A table without them is somebody else's. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Columns of later migrations: a table without them is ours and out of date. */
  readonly later?: readonly string[];
  /** What the role of the application must be allowed to do. */
  readonly privileges: readonly Privilege[];
}

type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

const TEXT = ['text', 'character varying'];
const WHOLE = ['bigint', 'integer'];
const TIME = ['timestamp with time zone'];
const JSONB = ['jsonb'];
const ALL = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] satisfies Privilege[];

/** The module's tables, in the order in which they are made. */
export const MODULE_TABLES: Readonly<Record<string, ModuleTable>> = {
  events: {
    columns: {
      global_position: ['bigint'],
      id: ['uuid'],
      stream_id: TEXT,
      version: WHOLE,
      type: TEXT,
      data: JSONB,
      metadata: JSONB,
      recorded_at: TIME,
    },
    // An application that only reads may leave appending to others.
    privileges: ['SELECT'],
  },
  projection_checkpoints: {
    columns: { projection: TEXT, segment: WHOLE, position: WHOLE, replay_until: WHOLE, epoch: WHOLE },
    later: ['halt_at', 'witness_position', 'witness_id', 'witness_through'],
    privileges: ALL,
  },
  projection_states: {
    columns: { projection: TEXT, version: WHOLE, state: TEXT, failure: JSONB, generation: WHOLE },
    later: [
      'segments',
      'segments_wanted',
      'begins_after',
      'history_until',
      'segmented_by',
      'segment_by_wanted',
      'source',
    ],
    privileges: ALL,
  },
  projection_instances: {
    columns: { instance: TEXT, runs: ['text[]'], expires_at: TIME },
    later: ['lease_ms'],
    privileges: ALL,
  },
  projection_leases: {
    columns: { projection: TEXT, segment: WHOLE, owner: TEXT, epoch: WHOLE, expires_at: TIME },
    later: ['trouble', 'lease_ms'],
    privileges: ALL,
  },
  projection_commands: {
    columns: { id: WHOLE, projection: TEXT, segment: WHOLE, command: TEXT, arguments: JSONB },
    later: ['progressed_at'],
    privileges: ALL,
  },
  projection_dead_letters: {
    columns: {
      id: WHOLE,
      projection: TEXT,
      segment: WHOLE,
      state: TEXT,
      position: WHOLE,
      event_id: ['uuid', 'text'],
    },
    later: ['replaying'],
    privileges: ALL,
  },
  projection_audit: {
    columns: { id: WHOLE, projection: TEXT, action: TEXT, details: JSONB, at: TIME },
    privileges: ['INSERT'],
  },
  projection_inline_marks: {
    columns: { projection: TEXT, by_appends: ['boolean'] },
    later: ['left_out_at'],
    privileges: ALL,
  },
  projection_head_times: {
    columns: { position: WHOLE, seen_at: TIME },
    privileges: ALL,
  },
};

/** The list of what has run, where the module runs its migrations itself. */
export const MIGRATIONS_TABLE: ModuleTable = {
  columns: { name: TEXT, applied_at: TIME },
  privileges: ['SELECT'],
};
