import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import type {
  ProductCreated,
  ProductDeleted,
  ProductPriceChanged,
  ProductUpdated,
} from '../../events/product.events';
import { ProductDocument } from './product-document.entity';

/** Every event is one statement that needs no answer. */
@Projection({ name: 'product_search', readModels: [ProductDocument] })
export class ProductSearchProjection {
  /** As a search engine's index call does: a product that is there already is replaced. */
  @On('ProductCreated')
  created({ data }: RecordedEvent<ProductCreated>, { execute }: ProjectionContext) {
    execute(
      `INSERT INTO product_search (product_id, name, description, category, price, tags, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (product_id) DO UPDATE SET
         (name, description, category, price, tags, created_at, updated_at, price_updated_at) =
         (excluded.name, excluded.description, excluded.category, excluded.price, excluded.tags,
          excluded.created_at, NULL, NULL)`,
      [
        data.product_id,
        data.name,
        data.description,
        data.category,
        data.price,
        JSON.stringify(data.tags ?? []),
        data.created_at,
      ],
    );
  }

  @On('ProductUpdated')
  updated({ data }: RecordedEvent<ProductUpdated>, { execute }: ProjectionContext) {
    execute(
      `UPDATE product_search SET name = $2, description = $3, category = $4, tags = $5, updated_at = $6
       WHERE product_id = $1`,
      [
        data.product_id,
        data.name,
        data.description,
        data.category,
        JSON.stringify(data.tags ?? []),
        data.updated_at,
      ],
    );
  }

  @On('ProductPriceChanged')
  priceChanged({ data }: RecordedEvent<ProductPriceChanged>, { execute }: ProjectionContext) {
    execute('UPDATE product_search SET price = $2, price_updated_at = $3 WHERE product_id = $1', [
      data.product_id,
      data.new_price,
      data.changed_at,
    ]);
  }

  @On('ProductDeleted')
  deleted({ data }: RecordedEvent<ProductDeleted>, { execute }: ProjectionContext) {
    execute('DELETE FROM product_search WHERE product_id = $1', [data.product_id]);
  }
}
