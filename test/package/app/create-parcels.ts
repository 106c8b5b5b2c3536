import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateParcels1767225600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner) {
    await queryRunner.query('CREATE TABLE parcels (parcel_id text PRIMARY KEY, status text NOT NULL)');
  }

  async down(queryRunner: QueryRunner) {
    await queryRunner.query('DROP TABLE parcels');
  }
}
