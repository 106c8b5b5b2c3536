import type { OrderStatus } from './order-summary.entity';

/** An order as it is answered: the columns of its read model, and the number its customer knows it by. */
export interface OrderAnswer {
  readonly order_id: string;
  readonly order_number: string | null;
  readonly customer_id: string;
  readonly status: OrderStatus;
  readonly total_amount: number;
  readonly item_count: number;
  readonly created_at: Date;
  readonly updated_at: Date | null;
  readonly shipped_at: Date | null;
  readonly completed_at: Date | null;
  readonly cancelled_at: Date | null;
  readonly cancellation_reason: string | null;
}

/** Amounts with cents have an exact shortest form as float8, so that JSON shows the very digits stored. */
export const SELECT_ORDERS = `
  SELECT order_id, order_number, customer_id, status, total_amount::float8, item_count, created_at, updated_at,
         shipped_at, completed_at, cancelled_at, cancellation_reason
  FROM order_summaries LEFT JOIN order_numbers USING (order_id)`;
