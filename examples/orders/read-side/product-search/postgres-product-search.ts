import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ProductAnswer, ProductSearch } from './product-search';

/** Understands what people type into a search box: words, "phrases", `or`, and `-` for what is not wanted. */
@Injectable()
export class PostgresProductSearch extends ProductSearch {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  find(text: string, limit: number): Promise<ProductAnswer[]> {
    return this.dataSource.query<ProductAnswer[]>(
      `SELECT product_id, name, description, category, price::float8, tags, created_at, updated_at, price_updated_at
       FROM product_search, websearch_to_tsquery('english', $1) AS wanted
       WHERE document @@ wanted
       ORDER BY ts_rank(document, wanted) DESC, product_id
       LIMIT $2`,
      [text, limit],
    );
  }
}
