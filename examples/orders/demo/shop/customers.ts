import type { Random } from './random';
import { Stream } from './stream';

export const TIERS = [
  { name: 'bronze', from: 0 },
  { name: 'silver', from: 600_00 },
  { name: 'gold', from: 1_500_00 },
  { name: 'platinum', from: 4_000_00 },
] as const;

export class Customer {
  readonly id: string;
  readonly stream: Stream;
  /** In cents. */
  spent = 0;
  tier = 0;

  constructor(number: number) {
    this.id = `c${number}`;
    this.stream = new Stream(`customer-${this.id}`);
  }
}

export class Customers {
  private readonly all: Customer[] = [];

  register(): Customer {
    const customer = new Customer(this.all.length + 1);
    this.all.push(customer);
    return customer;
  }

  /** Somebody who comes again; a few regulars come far more often than the rest. */
  returning(random: Random): Customer | undefined {
    return this.all[Math.floor(random.next() ** 2 * this.all.length)];
  }
}
