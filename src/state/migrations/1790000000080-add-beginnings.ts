import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/**
 * Where a projection begins, and up to where events were history already when it was registered. NULL for those that
 * were there before this was known: they begin at the start, and nothing is history to them.
 * Letters remember whether their event was history.
 */
export class AddBeginnings1790000000080 implements MigrationInterface {
  name = 'AddBeginnings1790000000080';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_states')}
        ADD COLUMN IF NOT EXISTS begins_after bigint,
        ADD COLUMN IF NOT EXISTS history_until bigint`);
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_dead_letters')}
        ADD COLUMN IF NOT EXISTS replaying boolean NOT NULL DEFAULT false`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_states')}
        DROP COLUMN begins_after, DROP COLUMN history_until`);
    await queryRunner.query(
      `ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_dead_letters')} DROP COLUMN replaying`,
    );
  }
}
