import type { Type } from '@nestjs/common';
import { Projection, type ProjectionOptions, type RecordedEvent } from 'nestjs-projections';
import { CustomerActivityProjection } from '../../examples/orders/read-side/customer-activity/customer-activity.projection';
import { DailySales } from '../../examples/orders/read-side/daily-sales/daily-sales.entity';
import { DailySalesProjection } from '../../examples/orders/read-side/daily-sales/daily-sales.projection';
import { OrderNumber } from '../../examples/orders/read-side/order-number/order-number.entity';
import { OrderSummary } from '../../examples/orders/read-side/order-summary/order-summary.entity';
import { OrderSummaryProjection } from '../../examples/orders/read-side/order-summary/order-summary.projection';
import { ProductDocument } from '../../examples/orders/read-side/product-search/product-document.entity';
import { OrderNumberRows } from './rows/order-number.rows';
import { ProductSearchRows } from './rows/product-search.rows';
import { customerActivitySql } from './sql/customer-activity.sql';
import { dailySalesSql } from './sql/daily-sales.sql';
import { orderNumberSql } from './sql/order-number.sql';
import { orderSummarySql } from './sql/order-summary.sql';
import { productSearchSql } from './sql/product-search.sql';
import type { Statements } from './sql/statement';

/** A read model in all styles: SQL for two of them, in a schema of each, and a class that folds rows. */
export interface Model {
  readonly name: string;
  readonly options: Pick<ProjectionOptions, 'type' | 'segments' | 'segmentBy'>;
  readonly sql: (schema: string) => Statements;
  readonly rows: Type<object>;
  readonly row: Pick<ProjectionOptions, 'row' | 'key'>;
}

/** @param segments of each projection that may have any */
export function models(segments: number): readonly Model[] {
  const cut = (segmentBy?: (event: RecordedEvent) => string) => ({ segments, segmentBy });
  return [
    {
      name: 'order_summary',
      options: cut(),
      sql: orderSummarySql,
      rows: OrderSummaryProjection,
      row: { row: OrderSummary, key: ({ data }) => data.order_id },
    },
    {
      name: 'daily_sales',
      options: cut(({ data }) => (data.original_completed_at ?? data.completed_at).slice(0, 10)),
      sql: dailySalesSql,
      rows: DailySalesProjection,
      row: { row: DailySales },
    },
    {
      name: 'customer_activity',
      options: cut(({ data }) => data.customer_id),
      sql: customerActivitySql,
      rows: CustomerActivityProjection,
      row: {},
    },
    {
      name: 'product_search',
      options: cut(),
      sql: productSearchSql,
      rows: ProductSearchRows,
      row: { row: ProductDocument, key: ({ data }) => data.product_id },
    },
    {
      name: 'order_number',
      options: { type: 'inline' },
      sql: orderNumberSql,
      rows: OrderNumberRows,
      row: { row: OrderNumber, key: ({ data }) => data.order_id },
    },
  ];
}

/** Its tables are those of the example. */
export function rowProjection({ name, options, rows, row }: Model): Type<object> {
  @Projection({ ...options, ...row, name: `${name}.row` })
  class RowStyle extends rows {}
  return RowStyle;
}
