import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { type OrderAnswer, SELECT_ORDERS } from './order-answer';

export class GetOrder extends Query<OrderAnswer | undefined> {
  constructor(readonly orderId: string) {
    super();
  }
}

@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ orderId }: GetOrder): Promise<OrderAnswer | undefined> {
    const sql = `${SELECT_ORDERS} WHERE order_id = $1`;
    const [order] = await this.dataSource.query<OrderAnswer[]>(sql, [orderId]);
    return order;
  }
}
