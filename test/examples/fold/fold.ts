import { foldCustomers } from './fold-customers';
import { foldOrders } from './fold-orders';
import { foldProducts } from './fold-products';
import { foldSales } from './fold-sales';
import type { StoredEvent } from './stored-event';
import type { Tables } from './tables';

/** Every read model as it must be after these events: written anew from the seed, with nothing of the handlers. */
export function fold(events: readonly StoredEvent[]): Tables {
  return { ...foldOrders(events), ...foldSales(events), ...foldCustomers(events), ...foldProducts(events) };
}
