import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import type { CustomerCreated, CustomerTierChanged } from '../../events/customer.events';
import type { OrderCompleted } from '../../events/order.events';
import type { ReviewSubmitted } from '../../events/review.events';
import { CustomerActivitySummary } from './customer-activity-summary.entity';
import { CustomerOrderHistory } from './customer-order-history.entity';
import { Customer } from './customer.entity';

/** Three tables, always in step: the handlers of a batch share one transaction. */
@Projection({
  name: 'customer_activity',
  readModels: [Customer, CustomerActivitySummary, CustomerOrderHistory],
})
export class CustomerActivityProjection {
  @On('CustomerCreated')
  async created({ data }: RecordedEvent<CustomerCreated>, { manager }: ProjectionContext) {
    await manager.query(
      `INSERT INTO customers (customer_id, email, name, tier, created_at) VALUES ($1, $2, $3, 'bronze', $4)`,
      [data.customer_id, data.email, data.name, data.created_at],
    );
    await manager.query(
      `INSERT INTO customer_activity_summary (customer_id, total_orders, total_spent, total_reviews)
       VALUES ($1, 0, 0, 0)`,
      [data.customer_id],
    );
  }

  @On('OrderCompleted')
  async orderCompleted({ data }: RecordedEvent<OrderCompleted>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE customer_activity_summary SET
         total_orders = total_orders + 1,
         total_spent = total_spent + $2,
         last_order_at = $3
       WHERE customer_id = $1`,
      [data.customer_id, data.total_amount, data.completed_at],
    );
    await manager.query(
      `INSERT INTO customer_order_history (customer_id, order_id, amount, completed_at)
       VALUES ($1, $2, $3, $4)`,
      [data.customer_id, data.order_id, data.total_amount, data.completed_at],
    );
  }

  @On('ReviewSubmitted')
  async reviewSubmitted({ data }: RecordedEvent<ReviewSubmitted>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE customer_activity_summary SET total_reviews = total_reviews + 1, last_review_at = $2
       WHERE customer_id = $1`,
      [data.customer_id, data.submitted_at],
    );
  }

  @On('CustomerTierChanged')
  async tierChanged(
    { data, recordedAt }: RecordedEvent<CustomerTierChanged>,
    { manager }: ProjectionContext,
  ) {
    await manager.query('UPDATE customers SET tier = $2, updated_at = $3 WHERE customer_id = $1', [
      data.customer_id,
      data.new_tier,
      recordedAt,
    ]);
  }
}
