import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCustomerActivity1790100000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE customers (
        customer_id text PRIMARY KEY,
        email text NOT NULL,
        name text NOT NULL,
        tier text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz
      )`);
    await queryRunner.query(`
      CREATE TABLE customer_activity_summary (
        customer_id text PRIMARY KEY,
        total_orders integer NOT NULL,
        total_spent numeric NOT NULL,
        total_reviews integer NOT NULL,
        last_order_at timestamptz,
        last_review_at timestamptz
      ) WITH (fillfactor = 50)`);
    // No foreign keys: an order may belong to a customer whom no event has told of.
    await queryRunner.query(`
      CREATE TABLE customer_order_history (
        customer_id text NOT NULL,
        order_id text NOT NULL,
        amount numeric NOT NULL,
        completed_at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, order_id)
      )`);
    await queryRunner.query('CREATE INDEX ON customer_order_history (customer_id, completed_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE customer_order_history, customer_activity_summary, customers');
  }
}
