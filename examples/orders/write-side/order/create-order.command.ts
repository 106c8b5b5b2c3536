import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { Orders } from './orders';

export class CreateOrder extends Command<Written> {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
  ) {
    super();
  }
}

@CommandHandler(CreateOrder)
export class CreateOrderHandler implements ICommandHandler<CreateOrder> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId, customerId }: CreateOrder): Promise<Written> {
    return this.orders.create(orderId, {
      type: 'OrderCreated',
      data: { order_id: orderId, customer_id: customerId, created_at: timestamp() },
    });
  }
}
