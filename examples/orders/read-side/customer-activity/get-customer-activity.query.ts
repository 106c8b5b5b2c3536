import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

export interface CustomerActivityAnswer {
  readonly customer_id: string;
  readonly email: string;
  readonly name: string;
  readonly tier: string;
  readonly created_at: Date;
  readonly updated_at: Date | null;
  readonly total_orders: number;
  readonly total_spent: number;
  readonly total_reviews: number;
  readonly last_order_at: Date | null;
  readonly last_review_at: Date | null;
  /** The latest completed orders, the newest first. */
  readonly orders: readonly CompletedOrderAnswer[];
}

interface CompletedOrderAnswer {
  readonly order_id: string;
  readonly amount: number;
  readonly completed_at: Date;
}

const ORDERS_SHOWN = 50;

export class GetCustomerActivity extends Query<CustomerActivityAnswer | undefined> {
  constructor(readonly customerId: string) {
    super();
  }
}

@QueryHandler(GetCustomerActivity)
export class GetCustomerActivityHandler implements IQueryHandler<GetCustomerActivity> {
  constructor(private readonly dataSource: DataSource) {}

  /** In one snapshot: the three tables change together, and are to be seen together. */
  execute({ customerId }: GetCustomerActivity): Promise<CustomerActivityAnswer | undefined> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const [customer] = await manager.query<Omit<CustomerActivityAnswer, 'orders'>[]>(
        `SELECT customer_id, email, name, tier, created_at, updated_at,
                total_orders, total_spent::float8, total_reviews, last_order_at, last_review_at
         FROM customers JOIN customer_activity_summary USING (customer_id)
         WHERE customer_id = $1`,
        [customerId],
      );
      if (!customer) return undefined;
      const orders = await manager.query<CompletedOrderAnswer[]>(
        `SELECT order_id, amount::float8, completed_at FROM customer_order_history
         WHERE customer_id = $1 ORDER BY completed_at DESC, order_id DESC LIMIT ${ORDERS_SHOWN}`,
        [customerId],
      );
      return { ...customer, orders };
    });
  }
}
