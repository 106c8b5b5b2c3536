import { Injectable } from '@nestjs/common';
import { EventStore } from 'nestjs-projections';
import type { CustomerEvent } from '../../events/customer.events';
import { AggregateStore } from '../aggregate-store';
import { CUSTOMER, type CustomerState } from './customer';

@Injectable()
export class Customers extends AggregateStore<CustomerState, CustomerEvent> {
  constructor(store: EventStore) {
    super(store, CUSTOMER);
  }
}
