import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RuleViolatedError } from '../domain.errors';
import { toAmount, toCents } from '../../money';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { requireStatus } from './order';
import { Orders } from './orders';

/** Once for an order, because a refund takes the order out of its day's sales; without an amount, all of it. */
export class RefundOrder extends Command<Written> {
  constructor(
    readonly orderId: string,
    readonly amount: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RefundOrder)
export class RefundOrderHandler implements ICommandHandler<RefundOrder> {
  constructor(private readonly orders: Orders) {}

  execute({ orderId, amount }: RefundOrder): Promise<Written> {
    return this.orders.change(orderId, (order) => {
      requireStatus(order, 'refunded', 'completed');
      const { at, cents } = order.completion!;
      const refund = amount === undefined ? cents : toCents(amount);
      if (refund > cents)
        throw new RuleViolatedError(`The order cost ${toAmount(cents)}; ${amount} cannot be refunded.`);
      return [
        {
          type: 'OrderRefunded',
          data: {
            order_id: orderId,
            customer_id: order.customerId,
            refund_amount: toAmount(refund),
            original_completed_at: at,
            refunded_at: timestamp(),
          },
        },
      ];
    });
  }
}
