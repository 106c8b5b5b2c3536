import type { EventOf } from './event-of';

export interface CustomerCreated {
  readonly customer_id: string;
  readonly email: string;
  readonly name: string;
  readonly created_at: string;
}

export interface CustomerTierChanged {
  readonly customer_id: string;
  readonly new_tier: string;
  readonly changed_at: string;
}

interface CustomerEvents {
  CustomerCreated: CustomerCreated;
  CustomerTierChanged: CustomerTierChanged;
}

export type CustomerEvent = EventOf<CustomerEvents>;

declare module 'nestjs-projections' {
  interface EventMap extends CustomerEvents {}
}
