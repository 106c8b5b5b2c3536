import type { Model } from '../model';
import { statementProjection } from '../statement-projections';
import { DailySales } from './daily-sales.entity';
import { dailySalesFold } from './daily-sales.fold';
import { dailySalesRows } from './daily-sales.rows';
import { dailySalesStatements } from './daily-sales.statements';

const statements = {
  name: 'daily_sales',
  types: ['OrderCompleted', 'OrderRefunded'],
  statementsOf: dailySalesStatements,
};

export const dailySales: Model = {
  ...statements,
  tables: ['daily_sales'],
  ddl: `CREATE TABLE daily_sales (date date PRIMARY KEY, total_orders integer NOT NULL,
    total_revenue numeric(12, 2) NOT NULL, total_items integer NOT NULL, total_refunds numeric(12, 2) NOT NULL)
    WITH (fillfactor = 50)`,
  entities: [DailySales],
  folds: [dailySalesFold],
  setBased: [
    `INSERT INTO daily_sales
     SELECT (coalesce(data->>'completed_at', data->>'original_completed_at')::timestamptz AT TIME ZONE 'UTC')::date,
            sum(CASE type WHEN 'OrderCompleted' THEN 1 ELSE -1 END),
            sum(coalesce((data->>'total_amount')::numeric, -(data->>'refund_amount')::numeric)),
            coalesce(sum((data->>'item_count')::int), 0), coalesce(sum((data->>'refund_amount')::numeric), 0)
     FROM events WHERE type IN ('OrderCompleted', 'OrderRefunded') GROUP BY 1`,
  ],
  projection: (style, options) =>
    style === 'row'
      ? dailySalesRows(options)
      : statementProjection(statements, style, { readModels: [DailySales], ...options }),
};
