import { On, type RecordedEvent } from 'nestjs-projections';
import type {
  ProductCreated,
  ProductPriceChanged,
  ProductUpdated,
} from '../../../examples/orders/events/product.events';
import { ProductDocument } from '../../../examples/orders/read-side/product-search/product-document.entity';

export class ProductSearchRows {
  @On('ProductCreated')
  created({ data }: RecordedEvent<ProductCreated>): Partial<ProductDocument> {
    const { name, description, category, tags = [] } = data;
    return {
      name,
      description,
      category,
      tags: [...tags],
      price: String(data.price),
      createdAt: new Date(data.created_at),
    };
  }

  @On('ProductUpdated')
  updated({ data }: RecordedEvent<ProductUpdated>, product?: ProductDocument) {
    if (!product) return undefined;
    const { name, description, category, tags = [] } = data;
    return Object.assign(product, {
      name,
      description,
      category,
      tags,
      updatedAt: new Date(data.updated_at),
    });
  }

  @On('ProductPriceChanged')
  priceChanged({ data }: RecordedEvent<ProductPriceChanged>, product?: ProductDocument) {
    if (!product) return undefined;
    product.price = String(data.new_price);
    product.priceUpdatedAt = new Date(data.changed_at);
    return product;
  }

  @On('ProductDeleted')
  deleted() {
    return null;
  }
}
