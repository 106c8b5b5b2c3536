import type { Statements } from './statement';

export function orderNumberSql(schema: string): Statements {
  return {
    OrderCreated: ({ data, globalPosition }) => [
      [
        `INSERT INTO ${schema}.order_numbers (order_id, order_number) VALUES ($1, $2)`,
        [data.order_id, globalPosition],
      ],
    ],
  };
}
