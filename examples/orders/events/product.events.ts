import type { EventOf } from './event-of';

export interface ProductCreated {
  readonly product_id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: number;
  readonly tags?: readonly string[];
  readonly created_at: string;
}

/** The whole text of the product: tags that are left out are gone. */
export interface ProductUpdated {
  readonly product_id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly tags?: readonly string[];
  readonly updated_at: string;
}

export interface ProductPriceChanged {
  readonly product_id: string;
  readonly new_price: number;
  readonly changed_at: string;
}

export interface ProductDeleted {
  readonly product_id: string;
  readonly deleted_at: string;
}

interface ProductEvents {
  ProductCreated: ProductCreated;
  ProductUpdated: ProductUpdated;
  ProductPriceChanged: ProductPriceChanged;
  ProductDeleted: ProductDeleted;
}

export type ProductEvent = EventOf<ProductEvents>;

declare module 'nestjs-projections' {
  interface EventMap extends ProductEvents {}
}
