import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { type Tier } from './customer';
import { Customers } from './customers';

export class ChangeCustomerTier extends Command<Written> {
  constructor(
    readonly customerId: string,
    readonly tier: Tier,
  ) {
    super();
  }
}

@CommandHandler(ChangeCustomerTier)
export class ChangeCustomerTierHandler implements ICommandHandler<ChangeCustomerTier> {
  constructor(private readonly customers: Customers) {}

  execute({ customerId, tier }: ChangeCustomerTier): Promise<Written> {
    return this.customers.change(customerId, (customer) => {
      if (customer.tier === tier) return [];
      return [
        {
          type: 'CustomerTierChanged',
          data: { customer_id: customerId, new_tier: tier, changed_at: timestamp() },
        },
      ];
    });
  }
}
