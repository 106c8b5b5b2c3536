import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('customers')
export class Customer {
  @PrimaryColumn({ name: 'customer_id', type: 'text' })
  customerId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  tier!: string;
}

@Entity('customer_activity_summary')
export class CustomerActivitySummary {
  @PrimaryColumn({ name: 'customer_id', type: 'text' })
  customerId!: string;

  @Column({ name: 'total_orders', type: 'integer' })
  totalOrders!: number;

  @Column({ name: 'total_spent', type: 'numeric', precision: 12, scale: 2 })
  totalSpent!: string;

  @Column({ name: 'total_reviews', type: 'integer' })
  totalReviews!: number;
}

@Entity('customer_order_history')
export class CustomerOrderHistory {
  @PrimaryColumn({ name: 'customer_id', type: 'text' })
  customerId!: string;

  @PrimaryColumn({ name: 'order_id', type: 'text' })
  orderId!: string;

  @Column({ type: 'numeric', precision: 12, scale: 2 })
  amount!: string;

  @Column({ name: 'completed_at', type: 'timestamptz' })
  completedAt!: Date;
}
