import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrderSummaries1790100000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Every event of an order updates its row: room on the page keeps those updates off the indexes.
    await queryRunner.query(`
      CREATE TABLE order_summaries (
        order_id text PRIMARY KEY,
        customer_id text NOT NULL,
        status text NOT NULL,
        total_amount numeric NOT NULL,
        item_count integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz,
        shipped_at timestamptz,
        completed_at timestamptz,
        cancelled_at timestamptz,
        cancellation_reason text
      ) WITH (fillfactor = 50)`);
    await queryRunner.query('CREATE INDEX ON order_summaries (created_at, order_id)');
    await queryRunner.query('CREATE INDEX ON order_summaries (customer_id, created_at)');
    await queryRunner.query('CREATE INDEX ON order_summaries (status, created_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE order_summaries');
  }
}
