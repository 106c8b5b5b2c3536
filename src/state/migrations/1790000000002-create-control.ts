import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTable } from '../own-table';
import { bareTableName, dataSourceOf, tableName } from '../table-name';
import { quoted } from '../../database/identifiers';

const TABLES = {
  projection_states: `
    projection text PRIMARY KEY,
    version integer NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'stopped')),
    failure jsonb,
    generation bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()`,
  projection_instances: `
    instance text PRIMARY KEY,
    runs text[] NOT NULL,
    expires_at timestamptz NOT NULL`,
  projection_leases: `
    projection text NOT NULL,
    segment integer NOT NULL,
    owner text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (projection, segment)`,
  projection_commands: `
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    segment integer NOT NULL,
    command text NOT NULL,
    arguments jsonb NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    result jsonb,
    error text`,
  projection_dead_letters: `
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    segment integer NOT NULL,
    state text NOT NULL CHECK (state IN ('failed', 'waiting')),
    parked_by text,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    stream_id text NOT NULL,
    version bigint NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    metadata jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    error_class text,
    error_message text,
    error_stack text,
    attempts integer NOT NULL,
    first_failed_at timestamptz,
    last_failed_at timestamptz,
    instance text NOT NULL,
    UNIQUE (projection, position)`,
  projection_audit: `
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    action text NOT NULL,
    actor text,
    reason text,
    details jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT clock_timestamp()`,
};

export class CreateControl1790000000002 implements MigrationInterface {
  name = 'CreateControl1790000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    const dataSource = dataSourceOf(queryRunner);
    for (const [table, columns] of Object.entries(TABLES)) await createTable(queryRunner, table, columns);
    // Named for its table: an index of that name of another set of tables in the schema would pass for this one.
    const index = quoted(`${bareTableName(dataSource, 'projection_commands')}_open`);
    await queryRunner.query(`
      CREATE INDEX IF NOT EXISTS ${index}
      ON ${tableName(dataSource, 'projection_commands')} (id) WHERE finished_at IS NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) await dropTable(queryRunner, table, this.name);
  }
}
