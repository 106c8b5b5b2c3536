import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import type { CustomerCreated, CustomerTierChanged } from '../../events/customer.events';
import type { OrderCompleted } from '../../events/order.events';
import type { ReviewSubmitted } from '../../events/review.events';
import { addMoney } from '../add-money';
import { CustomerActivitySummary } from './customer-activity-summary.entity';
import { CustomerOrderHistory } from './customer-order-history.entity';
import { Customer } from './customer.entity';

const key = ({ data }: RecordedEvent) => data.customer_id as string;

const CUSTOMER = { row: Customer, key };
const SUMMARY = { row: CustomerActivitySummary, key };
const HISTORY = {
  row: CustomerOrderHistory,
  key: ({ data }: RecordedEvent<OrderCompleted>) => ({
    customerId: data.customer_id,
    orderId: data.order_id,
  }),
};

/** Three tables, always in step: the rows of a batch are saved in one transaction. */
@Projection({ name: 'customer_activity' })
export class CustomerActivityProjection {
  @On('CustomerCreated', CUSTOMER)
  created({ data }: RecordedEvent<CustomerCreated>, customer?: Customer): Partial<Customer> {
    if (customer) throw new Error(`Customer ${data.customer_id} is there already`);
    return { email: data.email, name: data.name, tier: 'bronze', createdAt: new Date(data.created_at) };
  }

  @On('CustomerTierChanged', CUSTOMER)
  tierChanged({ data, recordedAt }: RecordedEvent<CustomerTierChanged>, customer?: Customer) {
    if (!customer) return undefined;
    customer.tier = data.new_tier;
    customer.updatedAt = recordedAt;
    return customer;
  }

  @On('CustomerCreated', SUMMARY)
  summaryBegun(): Partial<CustomerActivitySummary> {
    return { totalOrders: 0, totalSpent: '0', totalReviews: 0 };
  }

  @On('OrderCompleted', SUMMARY)
  orderCounted({ data }: RecordedEvent<OrderCompleted>, summary?: CustomerActivitySummary) {
    if (!summary) return undefined;
    summary.totalOrders += 1;
    summary.totalSpent = addMoney(summary.totalSpent, data.total_amount);
    summary.lastOrderAt = new Date(data.completed_at);
    return summary;
  }

  @On('ReviewSubmitted', SUMMARY)
  reviewCounted({ data }: RecordedEvent<ReviewSubmitted>, summary?: CustomerActivitySummary) {
    if (!summary) return undefined;
    summary.totalReviews += 1;
    summary.lastReviewAt = new Date(data.submitted_at);
    return summary;
  }

  @On('OrderCompleted', HISTORY)
  orderKept(
    { data }: RecordedEvent<OrderCompleted>,
    order?: CustomerOrderHistory,
  ): Partial<CustomerOrderHistory> {
    if (order) throw new Error(`Order ${data.order_id} is completed already`);
    return { amount: addMoney('0', data.total_amount), completedAt: new Date(data.completed_at) };
  }
}
