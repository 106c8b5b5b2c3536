import { Body, Controller, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  type CustomerActivityAnswer,
  GetCustomerActivity,
} from '../read-side/customer-activity/get-customer-activity.query';
import { ChangeCustomerTier } from '../write-side/customer/change-customer-tier.command';
import { CreateCustomer } from '../write-side/customer/create-customer.command';
import {
  changeCustomerTier,
  type ChangeCustomerTierRequest,
  createCustomer,
  type CreateCustomerRequest,
} from './requests/customer.requests';
import { type IdParameter, idParameter } from './requests/fields';
import { answerWrite, type WriteAnswer } from './write-answer';

@Controller('customers')
export class CustomersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  async create(
    @Body({ schema: createCustomer }) { customer_id, email, name }: CreateCustomerRequest,
  ): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(new CreateCustomer(customer_id, email, name)));
  }

  @Post(':id/tier')
  @HttpCode(200)
  async changeTier(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: changeCustomerTier }) { new_tier }: ChangeCustomerTierRequest,
  ): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(new ChangeCustomerTier(id, new_tier)));
  }

  @Get(':id/activity')
  async activity(@Param({ schema: idParameter }) { id }: IdParameter): Promise<CustomerActivityAnswer> {
    const activity = await this.queries.execute(new GetCustomerActivity(id));
    if (!activity) throw new NotFoundException(`There is no customer "${id}" to be read.`);
    return activity;
  }
}
