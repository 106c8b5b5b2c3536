import type { Model } from '../model';
import { statementProjection } from '../statement-projections';
import { Customer, CustomerActivitySummary, CustomerOrderHistory } from './customer-activity.entities';
import { customerActivityFolds } from './customer-activity.folds';
import { customerActivityRows } from './customer-activity.rows';
import { customerActivityStatements } from './customer-activity.statements';

const statements = {
  name: 'customer_activity',
  types: ['CustomerCreated', 'OrderCompleted', 'ReviewSubmitted', 'CustomerTierChanged'],
  statementsOf: customerActivityStatements,
};
const entities = [Customer, CustomerActivitySummary, CustomerOrderHistory];

export const customerActivity: Model = {
  ...statements,
  tables: ['customers', 'customer_activity_summary', 'customer_order_history'],
  ddl: `
    CREATE TABLE customers (customer_id text PRIMARY KEY, name text NOT NULL, tier text NOT NULL)
      WITH (fillfactor = 50);
    CREATE TABLE customer_activity_summary (customer_id text PRIMARY KEY, total_orders integer NOT NULL,
      total_spent numeric(12, 2) NOT NULL, total_reviews integer NOT NULL) WITH (fillfactor = 50);
    CREATE TABLE customer_order_history (customer_id text NOT NULL, order_id text NOT NULL,
      amount numeric(12, 2) NOT NULL, completed_at timestamptz NOT NULL, PRIMARY KEY (customer_id, order_id))`,
  entities,
  folds: customerActivityFolds,
  setBased: [
    `INSERT INTO customers
     SELECT data->>'customer_id', max(data->>'name'), coalesce((array_agg(data->>'new_tier' ORDER BY global_position DESC)
       FILTER (WHERE type = 'CustomerTierChanged'))[1], 'bronze')
     FROM events WHERE type IN ('CustomerCreated', 'CustomerTierChanged') GROUP BY 1`,
    `INSERT INTO customer_activity_summary
     SELECT data->>'customer_id', count(*) FILTER (WHERE type = 'OrderCompleted'),
            coalesce(sum((data->>'total_amount')::numeric), 0), count(*) FILTER (WHERE type = 'ReviewSubmitted')
     FROM events WHERE type IN ('CustomerCreated', 'OrderCompleted', 'ReviewSubmitted') GROUP BY 1`,
    `INSERT INTO customer_order_history
     SELECT data->>'customer_id', data->>'order_id', (data->>'total_amount')::numeric, (data->>'completed_at')::timestamptz
     FROM events WHERE type = 'OrderCompleted'`,
  ],
  projection: (style, options) =>
    style === 'row'
      ? customerActivityRows(options)
      : statementProjection(statements, style, { readModels: entities, ...options }),
};
