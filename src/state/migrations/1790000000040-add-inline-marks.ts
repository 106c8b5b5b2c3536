import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/** `projection_inline_marks`: shows a transaction with an older snapshot that an inline projection changed hands since. */
export class AddInlineMarks1790000000040 implements MigrationInterface {
  name = 'AddInlineMarks1790000000040';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE IF NOT EXISTS ${tableName(dataSourceOf(queryRunner), 'projection_inline_marks')} (
        projection text PRIMARY KEY,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${tableName(dataSourceOf(queryRunner), 'projection_inline_marks')}`);
  }
}
