import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { toAmount } from '../../money';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { requireItems, requireStatus, totalCents } from './order';
import { Orders } from './orders';

export class CompleteOrder extends Command<Written> {
  constructor(readonly orderId: string) {
    super();
  }
}

@CommandHandler(CompleteOrder)
export class CompleteOrderHandler implements ICommandHandler<CompleteOrder> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId }: CompleteOrder): Promise<Written> {
    return this.orders.change(orderId, (order) => {
      // Pending too: who fetches an order from the shop has nothing shipped.
      requireStatus(order, 'completed', 'pending', 'shipped');
      requireItems(order, 'completed');
      return [
        {
          type: 'OrderCompleted',
          data: {
            order_id: orderId,
            customer_id: order.customerId,
            total_amount: toAmount(totalCents(order)),
            item_count: order.items.length,
            completed_at: timestamp(),
          },
        },
      ];
    });
  }
}
