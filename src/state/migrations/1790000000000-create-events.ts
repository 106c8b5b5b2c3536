import type { MigrationInterface, QueryRunner } from 'typeorm';
import { checkNames, createTable, dropTable } from '../own-table';

export class CreateEvents1790000000000 implements MigrationInterface {
  name = 'CreateEvents1790000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await checkNames(queryRunner);
    await createTable(
      queryRunner,
      'events',
      `global_position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        stream_id text NOT NULL,
        version bigint NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (stream_id, version)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropTable(queryRunner, 'events', this.name);
  }
}
