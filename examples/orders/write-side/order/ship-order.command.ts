import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { requireItems, requireStatus } from './order';
import { Orders } from './orders';

export class ShipOrder extends Command<Written> {
  constructor(readonly orderId: string) {
    super();
  }
}

@CommandHandler(ShipOrder)
export class ShipOrderHandler implements ICommandHandler<ShipOrder> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId }: ShipOrder): Promise<Written> {
    return this.orders.change(orderId, (order) => {
      requireStatus(order, 'shipped', 'pending');
      requireItems(order, 'shipped');
      return [{ type: 'OrderShipped', data: { order_id: orderId, shipped_at: timestamp() } }];
    });
  }
}
