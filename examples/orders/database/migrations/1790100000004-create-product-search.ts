import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateProductSearch1790100000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // The tags are jsonb because a generated column needs immutable functions: text of an array is not one.
    await queryRunner.query(`
      CREATE TABLE product_search (
        product_id text PRIMARY KEY,
        name text NOT NULL,
        description text NOT NULL,
        category text NOT NULL,
        price numeric NOT NULL,
        tags jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz,
        price_updated_at timestamptz,
        document tsvector NOT NULL GENERATED ALWAYS AS (
          setweight(to_tsvector('english', name), 'A') ||
          setweight(to_tsvector('english', category), 'B') ||
          setweight(to_tsvector('english', tags), 'B') ||
          setweight(to_tsvector('english', description), 'C')
        ) STORED
      )`);
    await queryRunner.query('CREATE INDEX ON product_search USING gin (document)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE product_search');
  }
}
