import { Injectable } from '@nestjs/common';
import { EventStore } from 'nestjs-projections';
import type { ProductEvent } from '../../events/product.events';
import { AggregateStore } from '../aggregate-store';
import { PRODUCT, type ProductState } from './product';

@Injectable()
export class Products extends AggregateStore<ProductState, ProductEvent> {
  constructor(store: EventStore) {
    super(store, PRODUCT);
  }
}
