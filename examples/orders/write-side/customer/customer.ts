import type { CustomerEvent } from '../../events/customer.events';
import type { Aggregate } from '../aggregate';

export const TIERS = ['bronze', 'silver', 'gold', 'platinum'] as const;
export type Tier = (typeof TIERS)[number];

export interface CustomerState {
  readonly tier: string;
}

export const CUSTOMER: Aggregate<CustomerState, CustomerEvent> = {
  kind: 'customer',
  initial: { tier: 'bronze' },
  evolve: (customer, { type, data }) => (type === 'CustomerTierChanged' ? { tier: data.new_tier } : customer),
};
