import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('daily_sales')
export class DailySales {
  @PrimaryColumn({ type: 'date' })
  date!: string;

  @Column({ name: 'total_orders', type: 'integer' })
  totalOrders!: number;

  @Column({ name: 'total_revenue', type: 'numeric', precision: 12, scale: 2 })
  totalRevenue!: string;

  @Column({ name: 'total_items', type: 'integer' })
  totalItems!: number;

  @Column({ name: 'total_refunds', type: 'numeric', precision: 12, scale: 2 })
  totalRefunds!: string;
}
