import type { Life } from './life';
import type { Catalogue } from './catalogue';
import type { Customers } from './customers';
import type { Random } from './random';

/** What the lives of a shop share. */
export interface Shop {
  readonly random: Random;
  readonly customers: Customers;
  readonly catalogue: Catalogue;
  /** The shop's time, in milliseconds. */
  now(): number;
  /** The shop's time, as events tell it. */
  timestamp(): string;
  /** Lets another life begin, now. */
  begin(life: Life): void;
}
