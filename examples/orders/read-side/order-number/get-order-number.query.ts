import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Projections } from 'nestjs-projections';
import { DataSource } from 'typeorm';

/** The number of an order that was just written, as a decimal string. */
export class GetOrderNumber extends Query<string | undefined> {
  constructor(
    readonly orderId: string,
    readonly writtenAt: bigint,
  ) {
    super();
  }
}

@QueryHandler(GetOrderNumber)
export class GetOrderNumberHandler implements IQueryHandler<GetOrderNumber> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly projections: Projections,
  ) {}

  async execute({ orderId, writtenAt }: GetOrderNumber): Promise<string | undefined> {
    const number = await this.read(orderId);
    if (number !== undefined) return number;
    // An inline projection goes over history first: at its very first start, and in a rebuild.
    await this.projections.waitFor('order_number', writtenAt).catch(() => undefined);
    return this.read(orderId);
  }

  private async read(orderId: string): Promise<string | undefined> {
    const [row] = await this.dataSource.query<{ order_number: string }[]>(
      'SELECT order_number FROM order_numbers WHERE order_id = $1',
      [orderId],
    );
    return row?.order_number;
  }
}
