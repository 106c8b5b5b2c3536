import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('customer_order_history')
export class CustomerOrderHistory {
  @PrimaryColumn({ name: 'customer_id', type: 'text' })
  customerId!: string;

  @PrimaryColumn({ name: 'order_id', type: 'text' })
  orderId!: string;

  @Column({ type: 'numeric' })
  amount!: string;

  @Column({ name: 'completed_at', type: 'timestamptz' })
  completedAt!: Date;
}
