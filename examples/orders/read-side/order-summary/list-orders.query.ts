import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { type OrderAnswer, SELECT_ORDERS } from './order-answer';
import type { OrderStatus } from './order-summary.entity';

export interface OrderFilter {
  readonly status?: OrderStatus;
  readonly customer?: string;
  readonly limit: number;
}

/** Orders, the newest first. */
export class ListOrders extends Query<OrderAnswer[]> {
  constructor(readonly filter: OrderFilter) {
    super();
  }
}

@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders> {
  constructor(private readonly dataSource: DataSource) {}

  execute({ filter: { status, customer, limit } }: ListOrders): Promise<OrderAnswer[]> {
    return this.dataSource.query<OrderAnswer[]>(
      `${SELECT_ORDERS}
       WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR customer_id = $2)
       ORDER BY created_at DESC, order_id DESC
       LIMIT $3`,
      [status ?? null, customer ?? null, limit],
    );
  }
}
