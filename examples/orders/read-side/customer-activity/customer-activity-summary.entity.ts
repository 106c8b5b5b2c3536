import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('customer_activity_summary')
export class CustomerActivitySummary {
  @PrimaryColumn({ name: 'customer_id', type: 'text' })
  customerId!: string;

  @Column({ name: 'total_orders', type: 'integer' })
  totalOrders!: number;

  @Column({ name: 'total_spent', type: 'numeric' })
  totalSpent!: string;

  @Column({ name: 'total_reviews', type: 'integer' })
  totalReviews!: number;

  @Column({ name: 'last_order_at', type: 'timestamptz', nullable: true })
  lastOrderAt!: Date | null;

  @Column({ name: 'last_review_at', type: 'timestamptz', nullable: true })
  lastReviewAt!: Date | null;
}
