import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { Customers } from './customers';

export class CreateCustomer extends Command<Written> {
  constructor(
    readonly customerId: string,
    readonly email: string,
    readonly name: string,
  ) {
    super();
  }
}

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(private readonly customers: Customers) {}

  execute({ customerId, email, name }: CreateCustomer): Promise<Written> {
    return this.customers.create(customerId, {
      type: 'CustomerCreated',
      data: { customer_id: customerId, email, name, created_at: timestamp() },
    });
  }
}
