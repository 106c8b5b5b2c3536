import { On, type RecordedEvent } from 'nestjs-projections';
import { OrderNumber } from '../../../examples/orders/read-side/order-number/order-number.entity';

export class OrderNumberRows {
  @On('OrderCreated')
  created({ globalPosition }: RecordedEvent): Partial<OrderNumber> {
    return { orderNumber: String(globalPosition) };
  }
}
