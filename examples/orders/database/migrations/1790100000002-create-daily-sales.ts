import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDailySales1790100000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE daily_sales (
        date date PRIMARY KEY,
        total_orders integer NOT NULL DEFAULT 0,
        total_revenue numeric NOT NULL DEFAULT 0,
        total_items integer NOT NULL DEFAULT 0,
        total_refunds numeric NOT NULL DEFAULT 0,
        updated_at timestamptz
      ) WITH (fillfactor = 50)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE daily_sales');
  }
}
