import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/**
 * `segmented_by`: which `segmentBy` the segments were made with, `segment_by_wanted`: with which the next ones are to be
 * made. `lease_ms`: how long a lease was given for, so that an expiry further away shows a clock that went back.
 */
export class AddSegmentBy1790000000050 implements MigrationInterface {
  name = 'AddSegmentBy1790000000050';

  async up(queryRunner: QueryRunner): Promise<void> {
    const dataSource = dataSourceOf(queryRunner);
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSource, 'projection_states')}
        ADD COLUMN IF NOT EXISTS segmented_by text,
        ADD COLUMN IF NOT EXISTS segment_by_wanted text`);
    for (const table of ['projection_leases', 'projection_instances'])
      await queryRunner.query(
        `ALTER TABLE ${tableName(dataSource, table)} ADD COLUMN IF NOT EXISTS lease_ms integer`,
      );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const dataSource = dataSourceOf(queryRunner);
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSource, 'projection_states')}
        DROP COLUMN segmented_by, DROP COLUMN segment_by_wanted`);
    for (const table of ['projection_leases', 'projection_instances'])
      await queryRunner.query(`ALTER TABLE ${tableName(dataSource, table)} DROP COLUMN lease_ms`);
  }
}
