import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The table has a tsvector besides, which PostgreSQL keeps by itself. */
@Entity('product_search')
export class ProductDocument {
  @PrimaryColumn({ name: 'product_id', type: 'text' })
  productId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  description!: string;

  @Column({ type: 'text' })
  category!: string;

  @Column({ type: 'numeric' })
  price!: string;

  @Column({ type: 'jsonb' })
  tags!: string[];

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', nullable: true })
  updatedAt!: Date | null;

  @Column({ name: 'price_updated_at', type: 'timestamptz', nullable: true })
  priceUpdatedAt!: Date | null;
}
