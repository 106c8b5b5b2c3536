import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { TIERS } from '../../write-side/customer/customer';
import { body, id, text } from './fields';

export const createCustomer = body({
  customer_id: id.default(() => randomUUID()),
  email: z.email().max(320),
  name: text(200),
});
export type CreateCustomerRequest = z.output<typeof createCustomer>;

export const changeCustomerTier = body({ new_tier: z.enum(TIERS) });
export type ChangeCustomerTierRequest = z.output<typeof changeCustomerTier>;
