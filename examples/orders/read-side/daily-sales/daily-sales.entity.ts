import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('daily_sales')
export class DailySales {
  @PrimaryColumn({ type: 'date' })
  date!: string;

  @Column({ name: 'total_orders', type: 'integer', default: 0 })
  totalOrders!: number;

  @Column({ name: 'total_revenue', type: 'numeric', default: 0 })
  totalRevenue!: string;

  @Column({ name: 'total_items', type: 'integer', default: 0 })
  totalItems!: number;

  @Column({ name: 'total_refunds', type: 'numeric', default: 0 })
  totalRefunds!: string;

  @Column({ name: 'updated_at', type: 'timestamptz', nullable: true })
  updatedAt!: Date | null;
}
