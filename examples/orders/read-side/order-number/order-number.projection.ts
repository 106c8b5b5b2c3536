import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import type { OrderCreated } from '../../events/order.events';
import { OrderNumber } from './order-number.entity';

/**
 * The number a customer is told with the answer to their order, so it must be there when the order is.
 *
 * It is the position of the order's event. A counter would make each order wait for the one before it to commit, and
 * a rebuild, which sees orders by position and not by commit, would number them differently.
 */
@Projection({ name: 'order_number', type: 'inline', readModels: [OrderNumber] })
export class OrderNumberProjection {
  @On('OrderCreated')
  async created({ data, globalPosition }: RecordedEvent<OrderCreated>, { manager }: ProjectionContext) {
    // A raw event may name no order. Then there is nothing to number, and no reason to refuse the append.
    if (!data.order_id) return;
    await manager.query(
      `INSERT INTO order_numbers (order_id, order_number) VALUES ($1, $2)
       ON CONFLICT (order_id) DO UPDATE
       SET order_number = least(order_numbers.order_number, excluded.order_number)`,
      [data.order_id, globalPosition],
    );
  }
}
