import type { Type } from '@nestjs/common';
import { On, Projection, type ProjectionOptions, type RecordedEvent } from 'nestjs-projections';
import { plus } from '../money';
import { Customer, CustomerActivitySummary, CustomerOrderHistory } from './customer-activity.entities';

const byCustomer = ({ data }: RecordedEvent) => data.customer_id as string;
const customers = { row: Customer, key: byCustomer };
const summaries = { row: CustomerActivitySummary, key: byCustomer };
const history = {
  row: CustomerOrderHistory,
  key: ({ data }: RecordedEvent) => ({ customerId: data.customer_id, orderId: data.order_id }),
};

/** `customer_activity` with row handlers: one of its three tables each. */
export function customerActivityRows(options: Partial<ProjectionOptions>): Type<object> {
  @Projection({ name: 'customer_activity', ...options })
  class CustomerActivityRows {
    @On('CustomerCreated', customers)
    created({ data }: RecordedEvent) {
      return Object.assign(new Customer(), { customerId: data.customer_id, name: data.name, tier: 'bronze' });
    }

    @On('CustomerCreated', summaries)
    begun({ data }: RecordedEvent) {
      const { customer_id: customerId } = data;
      const nothing = { customerId, totalOrders: 0, totalSpent: '0.00', totalReviews: 0 };
      return Object.assign(new CustomerActivitySummary(), nothing);
    }

    @On('OrderCompleted', summaries)
    spent({ data }: RecordedEvent, summary: CustomerActivitySummary | undefined) {
      if (!summary) return undefined;
      summary.totalOrders++;
      summary.totalSpent = plus(summary.totalSpent, data.total_amount as number);
      return summary;
    }

    @On('OrderCompleted', history)
    ordered({ data }: RecordedEvent) {
      return Object.assign(new CustomerOrderHistory(), {
        customerId: data.customer_id,
        orderId: data.order_id,
        amount: String(data.total_amount),
        completedAt: new Date(data.completed_at as string),
      });
    }

    @On('ReviewSubmitted', summaries)
    reviewed(_: RecordedEvent, summary: CustomerActivitySummary | undefined) {
      if (summary) summary.totalReviews++;
      return summary;
    }

    @On('CustomerTierChanged', customers)
    moved({ data }: RecordedEvent, customer: Customer | undefined) {
      if (customer) customer.tier = data.new_tier as string;
      return customer;
    }
  }
  return CustomerActivityRows;
}
