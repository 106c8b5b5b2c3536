import { Controller, Get, NotFoundException, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetOrder } from '../read-side/order-summary/get-order.query';
import { ListOrders } from '../read-side/order-summary/list-orders.query';
import type { OrderAnswer } from '../read-side/order-summary/order-answer';
import { type IdParameter, idParameter } from './requests/fields';
import { listOrders, type ListOrdersRequest } from './requests/order.requests';

@Controller('orders')
export class OrderQueriesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  list(@Query({ schema: listOrders }) filter: ListOrdersRequest): Promise<OrderAnswer[]> {
    return this.queries.execute(new ListOrders(filter));
  }

  @Get(':id')
  async get(@Param({ schema: idParameter }) { id }: IdParameter): Promise<OrderAnswer> {
    const order = await this.queries.execute(new GetOrder(id));
    if (!order) throw new NotFoundException(`There is no order "${id}" to be read.`);
    return order;
  }
}
