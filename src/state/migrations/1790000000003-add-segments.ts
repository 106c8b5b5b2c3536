import type { MigrationInterface, QueryRunner } from 'typeorm';
import { checkEmpty } from '../own-table';
import { dataSourceOf, tableName } from '../table-name';

/** `halt_at`: the segments of a projection run no further, because they are made again where all have met. */
export class AddSegments1790000000003 implements MigrationInterface {
  name = 'AddSegments1790000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    const dataSource = dataSourceOf(queryRunner);
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSource, 'projection_states')}
        ADD COLUMN IF NOT EXISTS segments integer NOT NULL DEFAULT 1,
        ADD COLUMN IF NOT EXISTS segments_wanted integer NOT NULL DEFAULT 1`);
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSource, 'projection_checkpoints')} ADD COLUMN IF NOT EXISTS halt_at bigint`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const dataSource = dataSourceOf(queryRunner);
    // Without the columns nobody would know which of several checkpoints stands for which events.
    await checkEmpty(queryRunner, 'projection_states', this.name);
    await queryRunner.query(`
      ALTER TABLE IF EXISTS ${tableName(dataSource, 'projection_states')}
        DROP COLUMN IF EXISTS segments, DROP COLUMN IF EXISTS segments_wanted`);
    await queryRunner.query(
      `ALTER TABLE IF EXISTS ${tableName(dataSource, 'projection_checkpoints')} DROP COLUMN IF EXISTS halt_at`,
    );
  }
}
