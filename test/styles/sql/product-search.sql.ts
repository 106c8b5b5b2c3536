import type { Statements } from './statement';

const tagsOf = ({ tags = [] }: { tags?: readonly string[] }): string => JSON.stringify(tags);

export function productSearchSql(schema: string): Statements {
  const table = `${schema}.product_search`;
  return {
    ProductCreated: ({ data }) => [
      [
        `INSERT INTO ${table} (product_id, name, description, category, price, tags, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [
          data.product_id,
          data.name,
          data.description,
          data.category,
          data.price,
          tagsOf(data),
          data.created_at,
        ],
      ],
    ],
    ProductUpdated: ({ data }) => [
      [
        `UPDATE ${table} SET name = $2, description = $3, category = $4, tags = $5, updated_at = $6
         WHERE product_id = $1`,
        [data.product_id, data.name, data.description, data.category, tagsOf(data), data.updated_at],
      ],
    ],
    ProductPriceChanged: ({ data }) => [
      [
        `UPDATE ${table} SET price = $2, price_updated_at = $3 WHERE product_id = $1`,
        [data.product_id, data.new_price, data.changed_at],
      ],
    ],
    ProductDeleted: ({ data }) => [[`DELETE FROM ${table} WHERE product_id = $1`, [data.product_id]]],
  };
}
