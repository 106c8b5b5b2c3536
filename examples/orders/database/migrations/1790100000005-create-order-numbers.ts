import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrderNumbers1790100000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE order_numbers (
        order_id text PRIMARY KEY,
        order_number bigint NOT NULL UNIQUE
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE order_numbers');
  }
}
