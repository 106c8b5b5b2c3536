import { Injectable } from '@nestjs/common';
import { EventStore } from 'nestjs-projections';
import type { ReviewEvent } from '../../events/review.events';
import { AggregateStore } from '../aggregate-store';

/** A review is one event and never changes. */
@Injectable()
export class Reviews extends AggregateStore<undefined, ReviewEvent> {
  constructor(store: EventStore) {
    super(store, { kind: 'review', initial: undefined, evolve: () => undefined });
  }
}
