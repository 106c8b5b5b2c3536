import type { Type } from '@nestjs/common';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export interface OrderSummary {
  orderId: string;
  customerId: string;
  status: string;
  totalAmount: string;
  itemCount: number;
  createdAt: Date;
  updatedAt: Date | null;
}

/** The entity on a table of its own, for several like projections. */
export function orderSummaryOn(table: string): Type<OrderSummary> {
  @Entity(table)
  class OrderSummaryRow implements OrderSummary {
    @PrimaryColumn({ name: 'order_id', type: 'text' })
    orderId!: string;

    @Column({ name: 'customer_id', type: 'text' })
    customerId!: string;

    @Column({ type: 'text' })
    status!: string;

    @Column({ name: 'total_amount', type: 'numeric', precision: 12, scale: 2 })
    totalAmount!: string;

    @Column({ name: 'item_count', type: 'integer' })
    itemCount!: number;

    @Column({ name: 'created_at', type: 'timestamptz' })
    createdAt!: Date;

    @Column({ name: 'updated_at', type: 'timestamptz', nullable: true })
    updatedAt!: Date | null;
  }
  return OrderSummaryRow;
}
