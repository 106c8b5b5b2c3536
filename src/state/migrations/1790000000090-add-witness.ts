import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/** `witness_position`, `witness_id`: the last event known up to a checkpoint, which tells its store from another one. */
export class AddWitness1790000000090 implements MigrationInterface {
  name = 'AddWitness1790000000090';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_checkpoints')}
        ADD COLUMN IF NOT EXISTS witness_position bigint,
        ADD COLUMN IF NOT EXISTS witness_id text`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE ${tableName(dataSourceOf(queryRunner), 'projection_checkpoints')}
        DROP COLUMN witness_position, DROP COLUMN witness_id`);
  }
}
