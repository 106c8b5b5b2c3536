import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/** When an instance appended that does not provide an inline projection. */
export class AddLeftOut1790000000110 implements MigrationInterface {
  name = 'AddLeftOut1790000000110';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_inline_marks')}
        ADD COLUMN IF NOT EXISTS left_out_at timestamptz`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_inline_marks')} DROP COLUMN left_out_at`,
    );
  }
}
