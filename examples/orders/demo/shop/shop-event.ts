import type { CustomerEvent } from '../../events/customer.events';
import type { OrderEvent } from '../../events/order.events';
import type { ProductEvent } from '../../events/product.events';
import type { ReviewEvent } from '../../events/review.events';

/** What the shop tells. */
export type ShopEvent = CustomerEvent | OrderEvent | ProductEvent | ReviewEvent;
