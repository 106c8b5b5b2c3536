import type { ProductCreated, ProductEvent } from '../../events/product.events';
import type { Aggregate } from '../aggregate';
import { RuleViolatedError } from '../domain.errors';

export type ProductText = Pick<ProductCreated, 'name' | 'description' | 'category'> & {
  readonly tags: readonly string[];
};

export interface ProductState {
  readonly text: ProductText;
  readonly price: number;
  readonly deleted: boolean;
}

export const PRODUCT: Aggregate<ProductState, ProductEvent> = {
  kind: 'product',
  initial: { text: { name: '', description: '', category: '', tags: [] }, price: 0, deleted: false },
  evolve(product, { type, data }) {
    switch (type) {
      case 'ProductCreated':
        return { text: textOf(data), price: data.price, deleted: false };
      case 'ProductUpdated':
        return { ...product, text: textOf(data) };
      case 'ProductPriceChanged':
        return { ...product, price: data.new_price };
      case 'ProductDeleted':
        return { ...product, deleted: true };
      default:
        return product;
    }
  },
};

function textOf({
  name,
  description,
  category,
  tags = [],
}: Omit<ProductText, 'tags'> & Partial<ProductText>): ProductText {
  return { name, description, category, tags };
}

/** @throws RuleViolatedError */
export function requireOnSale({ deleted }: ProductState): void {
  if (deleted) throw new RuleViolatedError('The product is deleted.');
}
