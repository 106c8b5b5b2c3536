import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { type Command, CommandBus, QueryBus } from '@nestjs/cqrs';
import { GetOrderNumber } from '../read-side/order-number/get-order-number.query';
import { AddOrderItem } from '../write-side/order/add-order-item.command';
import { CancelOrder } from '../write-side/order/cancel-order.command';
import { CompleteOrder } from '../write-side/order/complete-order.command';
import { CreateOrder } from '../write-side/order/create-order.command';
import { RefundOrder } from '../write-side/order/refund-order.command';
import { RemoveOrderItem } from '../write-side/order/remove-order-item.command';
import { ShipOrder } from '../write-side/order/ship-order.command';
import type { Written } from '../write-side/written';
import { type IdParameter, idParameter } from './requests/fields';
import {
  addOrderItem,
  type AddOrderItemRequest,
  cancelOrder,
  type CancelOrderRequest,
  createOrder,
  type CreateOrderRequest,
  refundOrder,
  type RefundOrderRequest,
  removeOrderItem,
  type RemoveOrderItemRequest,
} from './requests/order.requests';
import { answerWrite, type WriteAnswer } from './write-answer';

@Controller('orders')
export class OrderCommandsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** The number is there at once: its projection is inline. */
  @Post()
  async create(
    @Body({ schema: createOrder }) { order_id, customer_id }: CreateOrderRequest,
  ): Promise<WriteAnswer & { order_number: string | null }> {
    const written = await this.commands.execute(new CreateOrder(order_id, customer_id));
    const number = await this.queries.execute(new GetOrderNumber(order_id, written.globalPosition));
    return { ...answerWrite(written), order_number: number ?? null };
  }

  @Post(':id/items')
  @HttpCode(200)
  addItem(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: addOrderItem }) item: AddOrderItemRequest,
  ): Promise<WriteAnswer> {
    return this.write(new AddOrderItem(id, item));
  }

  @Post(':id/items/remove')
  @HttpCode(200)
  removeItem(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: removeOrderItem }) item: RemoveOrderItemRequest,
  ): Promise<WriteAnswer> {
    return this.write(new RemoveOrderItem(id, item));
  }

  @Post(':id/ship')
  @HttpCode(200)
  ship(@Param({ schema: idParameter }) { id }: IdParameter): Promise<WriteAnswer> {
    return this.write(new ShipOrder(id));
  }

  @Post(':id/complete')
  @HttpCode(200)
  complete(@Param({ schema: idParameter }) { id }: IdParameter): Promise<WriteAnswer> {
    return this.write(new CompleteOrder(id));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: cancelOrder }) { reason }: CancelOrderRequest,
  ): Promise<WriteAnswer> {
    return this.write(new CancelOrder(id, reason));
  }

  @Post(':id/refund')
  @HttpCode(200)
  refund(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: refundOrder }) { refund_amount }: RefundOrderRequest,
  ): Promise<WriteAnswer> {
    return this.write(new RefundOrder(id, refund_amount));
  }

  private async write(command: Command<Written>): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(command));
  }
}
