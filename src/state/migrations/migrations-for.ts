import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../table-name';
import { type MigrationPlacement, placeTables } from '../table-placement';
import { projectionMigrations } from '.';

/**
 * `projectionMigrations` for tables that are not where the data source says, or to be reverted with all their rows.
 *
 * @example
 * ```ts
 * const migrations = projectionMigrationsFor({ schema: 'projections', tables: { events: 'shop_events' } });
 * ```
 *
 * @publicApi
 */
export function projectionMigrationsFor(placement: MigrationPlacement): (new () => MigrationInterface)[] {
  return projectionMigrations.map((Migration) => {
    const migration = new Migration();
    return class PlacedMigration implements MigrationInterface {
      // The name under which it is listed as run: the same wherever the tables are.
      readonly name = migration.name!;

      async up(queryRunner: QueryRunner): Promise<void> {
        placeTables(dataSourceOf(queryRunner), placement);
        await migration.up(queryRunner);
      }

      async down(queryRunner: QueryRunner): Promise<void> {
        placeTables(dataSourceOf(queryRunner), placement);
        await migration.down(queryRunner);
      }
    };
  });
}
