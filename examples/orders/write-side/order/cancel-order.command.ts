import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { requireStatus } from './order';
import { Orders } from './orders';

export class CancelOrder extends Command<Written> {
  constructor(
    readonly orderId: string,
    readonly reason: string | undefined,
  ) {
    super();
  }
}

@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId, reason }: CancelOrder): Promise<Written> {
    return this.orders.change(orderId, (order) => {
      requireStatus(order, 'cancelled', 'pending');
      return [
        {
          type: 'OrderCancelled',
          data: { order_id: orderId, cancelled_at: timestamp(), ...(reason !== undefined && { reason }) },
        },
      ];
    });
  }
}
