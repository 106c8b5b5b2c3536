import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/**
 * `source`: which source the positions of a projection are of, without one the module's event store. Events of other
 * sources have ids that may be no UUIDs.
 */
export class AddSources1790000000130 implements MigrationInterface {
  name = 'AddSources1790000000130';

  async up(queryRunner: QueryRunner): Promise<void> {
    const table = (name: string) => tableName(dataSourceOf(queryRunner), name);
    await queryRunner.query(`ALTER TABLE ${table('projection_states')} ADD COLUMN IF NOT EXISTS source text`);
    await queryRunner.query(
      `ALTER TABLE ${table('projection_dead_letters')} ALTER COLUMN event_id TYPE text`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = (name: string) => tableName(dataSourceOf(queryRunner), name);
    await queryRunner.query(
      `ALTER TABLE ${table('projection_dead_letters')} ALTER COLUMN event_id TYPE uuid USING event_id::uuid`,
    );
    await queryRunner.query(`ALTER TABLE ${table('projection_states')} DROP COLUMN source`);
  }
}
