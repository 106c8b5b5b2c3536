import type { TestDatabase } from '../../support/database';

export type Row = Record<string, unknown>;

/** Columns by table, money as a number: the double nearest to an exact amount, and to no other. */
const COLUMNS = {
  order_summaries: `order_id, customer_id, status, total_amount::float8, item_count, created_at, updated_at,
    shipped_at, completed_at, cancelled_at, cancellation_reason`,
  order_numbers: 'order_id, order_number',
  daily_sales: `date::text, total_orders, total_revenue::float8, total_items, total_refunds::float8, updated_at`,
  customers: 'customer_id, email, name, tier, created_at, updated_at',
  customer_activity_summary: `customer_id, total_orders, total_spent::float8, total_reviews, last_order_at,
    last_review_at`,
  customer_order_history: 'customer_id, order_id, amount::float8, completed_at',
  product_search: `product_id, name, description, category, price::float8, tags, created_at, updated_at,
    price_updated_at`,
};

export type Table = keyof typeof COLUMNS;
export type Tables = Record<Table, Row[]>;

export const TABLES = Object.keys(COLUMNS) as Table[];

/** By projection. */
export const TABLES_OF: Readonly<Record<string, readonly Table[]>> = {
  order_summary: ['order_summaries'],
  order_number: ['order_numbers'],
  daily_sales: ['daily_sales'],
  customer_activity: ['customers', 'customer_activity_summary', 'customer_order_history'],
  product_search: ['product_search'],
};

export function readTable(database: TestDatabase, table: Table, schema = 'public'): Promise<Row[]> {
  return database.query<Row>(`SELECT ${COLUMNS[table]} FROM ${schema}.${table}`);
}

/** Every column of every row as PostgreSQL writes it, down to the search document. */
export async function dumpTable(database: TestDatabase, table: Table): Promise<string[]> {
  const rows = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${table} AS t`);
  return rows.map(({ row }) => row).toSorted();
}

/** A read model has no order. */
export function sorted(rows: readonly Row[]): Row[] {
  const key = (row: Row) => String(row.product_id ?? row.order_id ?? row.customer_id ?? row.date);
  return rows.toSorted((a, b) => key(a).localeCompare(key(b)));
}
