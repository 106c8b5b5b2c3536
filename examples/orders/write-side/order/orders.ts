import { Injectable } from '@nestjs/common';
import { EventStore } from 'nestjs-projections';
import type { OrderEvent } from '../../events/order.events';
import { AggregateStore } from '../aggregate-store';
import { ORDER, type OrderState } from './order';

@Injectable()
export class Orders extends AggregateStore<OrderState, OrderEvent> {
  constructor(store: EventStore) {
    super(store, ORDER);
  }
}
