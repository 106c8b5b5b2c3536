import type { StoredEvent } from './stored-event';
import type { Row, Tables } from './tables';

export function foldProducts(events: readonly StoredEvent[]): Pick<Tables, 'product_search'> {
  const products = new Map<string, Row>();
  for (const { type, data } of events) {
    const id = data.product_id;
    const product = products.get(id);
    if (type === 'ProductCreated')
      products.set(id, {
        product_id: id,
        ...textOf(data),
        price: data.price,
        created_at: new Date(data.created_at),
        updated_at: null,
        price_updated_at: null,
      });
    if (product && type === 'ProductUpdated')
      Object.assign(product, textOf(data), { updated_at: new Date(data.updated_at) });
    if (product && type === 'ProductPriceChanged')
      Object.assign(product, { price: data.new_price, price_updated_at: new Date(data.changed_at) });
    if (type === 'ProductDeleted') products.delete(id);
  }
  return { product_search: [...products.values()] };
}

function textOf({ name, description, category, tags = [] }: any): Row {
  return { name, description, category, tags };
}
