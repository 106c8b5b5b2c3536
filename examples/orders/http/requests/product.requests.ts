import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { body, id, limit, money, text } from './fields';

const name = text(200);
const description = text(5_000);
const category = text(100);
const tags = z.array(text(50)).max(20);

export const createProduct = body({
  product_id: id.default(() => randomUUID()),
  name,
  description,
  category,
  price: money,
  tags: tags.default([]),
});
export type CreateProductRequest = z.output<typeof createProduct>;

export const updateProduct = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    category: category.optional(),
    tags: tags.optional(),
  })
  .prefault({})
  .refine((changes) => Object.keys(changes).length > 0, 'give name, description, category or tags');
export type UpdateProductRequest = z.output<typeof updateProduct>;

export const changeProductPrice = body({ new_price: money });
export type ChangeProductPriceRequest = z.output<typeof changeProductPrice>;

export const searchProducts = z.strictObject({ q: text(200), limit: limit(20, 100) });
export type SearchProductsRequest = z.output<typeof searchProducts>;
