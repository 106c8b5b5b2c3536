import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OrderItem } from '../../events/order.events';
import type { Written } from '../written';
import { requireStatus } from './order';
import { Orders } from './orders';

export class AddOrderItem extends Command<Written> {
  constructor(
    readonly orderId: string,
    readonly item: OrderItem,
  ) {
    super();
  }
}

@CommandHandler(AddOrderItem)
export class AddOrderItemHandler implements ICommandHandler<AddOrderItem> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId, item }: AddOrderItem): Promise<Written> {
    return this.orders.change(orderId, (order) => {
      requireStatus(order, 'changed', 'pending');
      return [{ type: 'OrderItemAdded', data: { order_id: orderId, ...item } }];
    });
  }
}
