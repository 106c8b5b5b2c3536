import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTable } from '../own-table';

/** `projection_inline_marks`: whether appends apply the events of an inline projection, or its loop does. */
export class AddInlineMarks1790000000040 implements MigrationInterface {
  name = 'AddInlineMarks1790000000040';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(
      queryRunner,
      'projection_inline_marks',
      `projection text PRIMARY KEY,
        by_appends boolean NOT NULL DEFAULT false,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropTable(queryRunner, 'projection_inline_marks', this.name);
  }
}
