import type { Model } from '../model';
import { statementProjection } from '../statement-projections';
import { orderSummaryOn } from './order-summary.entity';
import { orderSummaryFold } from './order-summary.fold';
import { orderSummaryRows } from './order-summary.rows';
import { orderSummaryStatements } from './order-summary.statements';

const TYPES = ['OrderCreated', 'OrderItemAdded', 'OrderItemRemoved', 'OrderShipped', 'OrderCompleted'];

/** @param suffix tells apart several projections of the same kind */
export function orderSummary(suffix = ''): Model {
  const name = `order_summary${suffix}`;
  const table = `order_summaries${suffix}`;
  const entity = orderSummaryOn(table);
  const statements = { name, types: TYPES, statementsOf: orderSummaryStatements(table) };
  return {
    ...statements,
    tables: [table],
    ddl: `CREATE TABLE ${table} (
      order_id text PRIMARY KEY, customer_id text NOT NULL, status text NOT NULL, total_amount numeric(12, 2) NOT NULL,
      item_count integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz) WITH (fillfactor = 50)`,
    entities: [entity],
    folds: [orderSummaryFold(table)],
    setBased: [setBased(table)],
    projection: (style, options) =>
      style === 'row'
        ? orderSummaryRows(name, entity, options)
        : statementProjection(statements, style, { readModels: [entity], ...options }),
  };
}

const setBased = (table: string) => `
  INSERT INTO ${table}
  SELECT data->>'order_id',
         max(data->>'customer_id') FILTER (WHERE type = 'OrderCreated'),
         coalesce((array_agg(CASE type WHEN 'OrderShipped' THEN 'shipped' ELSE 'completed' END ORDER BY global_position DESC)
           FILTER (WHERE type IN ('OrderShipped', 'OrderCompleted')))[1], 'pending'),
         coalesce(sum((data->>'price')::numeric * (data->>'quantity')::int
           * CASE type WHEN 'OrderItemAdded' THEN 1 ELSE -1 END), 0),
         count(*) FILTER (WHERE type = 'OrderItemAdded') - count(*) FILTER (WHERE type = 'OrderItemRemoved'),
         max((data->>'at')::timestamptz) FILTER (WHERE type = 'OrderCreated'),
         max((data->>'at')::timestamptz) FILTER (WHERE type <> 'OrderCreated')
  FROM events WHERE type = ANY ('{${TYPES.join(',')}}') GROUP BY 1`;
