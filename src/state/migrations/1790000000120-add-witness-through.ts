import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/** `witness_through`: how far nothing lay behind the witness of a checkpoint, which tells whether positions were drawn again. */
export class AddWitnessThrough1790000000120 implements MigrationInterface {
  name = 'AddWitnessThrough1790000000120';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_checkpoints')}
        ADD COLUMN IF NOT EXISTS witness_through bigint`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_checkpoints')} DROP COLUMN witness_through`);
  }
}
