import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/**
 * `trouble`: the error that the owner of a segment waits out, for other instances to see. `progressed_at`: when the owner
 * last got on with a command, for whoever waits for it.
 */
export class AddProgress1790000000060 implements MigrationInterface {
  name = 'AddProgress1790000000060';

  async up(queryRunner: QueryRunner): Promise<void> {
    const table = (name: string) => tableName(dataSourceOf(queryRunner), name);
    await queryRunner.query(
      `ALTER TABLE ${table('projection_leases')} ADD COLUMN IF NOT EXISTS trouble jsonb`,
    );
    await queryRunner.query(
      `ALTER TABLE ${table('projection_commands')} ADD COLUMN IF NOT EXISTS progressed_at timestamptz`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = (name: string) => tableName(dataSourceOf(queryRunner), name);
    await queryRunner.query(`ALTER TABLE ${table('projection_leases')} DROP COLUMN trouble`);
    await queryRunner.query(`ALTER TABLE ${table('projection_commands')} DROP COLUMN progressed_at`);
  }
}
