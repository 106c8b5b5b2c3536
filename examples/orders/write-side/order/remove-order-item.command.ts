import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OrderItem } from '../../events/order.events';
import { RuleViolatedError } from '../domain.errors';
import type { Written } from '../written';
import { findItem, requireStatus } from './order';
import { Orders } from './orders';

/** Takes the whole line out; price and quantity tell apart several lines of one product. */
export class RemoveOrderItem extends Command<Written> {
  constructor(
    readonly orderId: string,
    readonly wanted: Pick<OrderItem, 'product_id'> & Partial<OrderItem>,
  ) {
    super();
  }
}

@CommandHandler(RemoveOrderItem)
export class RemoveOrderItemHandler implements ICommandHandler<RemoveOrderItem> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId, wanted }: RemoveOrderItem): Promise<Written> {
    return this.orders.change(orderId, (order) => {
      requireStatus(order, 'changed', 'pending');
      const item = findItem(order, wanted);
      if (!item) throw new RuleViolatedError(`The order has no such item of product "${wanted.product_id}".`);
      const { product_id, price, quantity } = item;
      return [{ type: 'OrderItemRemoved', data: { order_id: orderId, product_id, price, quantity } }];
    });
  }
}
