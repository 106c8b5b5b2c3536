import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('order_numbers')
export class OrderNumber {
  @PrimaryColumn({ name: 'order_id', type: 'text' })
  orderId!: string;

  @Column({ name: 'order_number', type: 'bigint', unique: true })
  orderNumber!: string;
}
