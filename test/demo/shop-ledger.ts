import type { ShopAppend } from '../../examples/orders/demo/shop/generate-shop';
import type { ShopEvent } from '../../examples/orders/demo/shop/shop-event';

interface LedgerOrder {
  customer: string;
  state: 'open' | 'shipped' | 'completed' | 'cancelled' | 'refunded';
  lines: Map<string, { cents: number; quantity: number }>;
  totalCents: number;
  completedAt: string;
}

const cents = (money: number) => Math.round(money * 100);

/** Follows a shop event by event and writes down everything that could not happen in a real one. */
export class ShopLedger {
  readonly faults: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly orders = new Map<string, LedgerOrder>();
  private readonly customers = new Set<string>();
  private readonly products = new Map<string, number>();
  private readonly versions = new Map<string, number>();
  private readonly ids = new Set<string>();
  private now = 0;

  constructor(shop: Iterable<ShopAppend>) {
    for (const append of shop) this.take(append);
  }

  get events(): number {
    return this.ids.size;
  }

  private take({ at, streamId, expectedVersion, events, follows }: ShopAppend): void {
    const version = this.versions.get(streamId) ?? 0;
    this.expect(at >= this.now, `${streamId} happens before what came before it`);
    this.expect(expectedVersion === (version || 'no-stream'), `${streamId} expects ${expectedVersion}`);
    this.expect(events.length > 0, `${streamId} appends nothing`);
    this.expect(follows.includes(streamId), `${streamId} does not follow itself`);
    this.now = at;
    this.versions.set(streamId, version + events.length);
    for (const event of events) {
      this.expect(!this.ids.has(event.id), `${event.id} is used twice`);
      this.ids.add(event.id);
      this.counts[event.type] = (this.counts[event.type] ?? 0) + 1;
      this.expect(streamId === streamOf(event), `${event.type} is in ${streamId}`);
      this.apply(event, new Set(follows));
    }
  }

  private apply(event: ShopEvent, follows: ReadonlySet<string>): void {
    switch (event.type) {
      case 'CustomerCreated':
        this.customers.add(event.data.customer_id);
        return;
      case 'CustomerTierChanged':
        return this.expect(this.customers.has(event.data.customer_id), 'a tier for nobody');
      case 'ProductCreated':
        this.products.set(event.data.product_id, cents(event.data.price));
        return;
      case 'ProductPriceChanged':
        this.expect(this.products.has(event.data.product_id), 'a price for no product');
        this.products.set(event.data.product_id, cents(event.data.new_price));
        return;
      case 'ProductUpdated':
        return this.expect(this.products.has(event.data.product_id), 'a text for no product');
      case 'ProductDeleted':
        return this.expect(this.products.delete(event.data.product_id), 'a product deleted twice');
      case 'ReviewSubmitted':
        this.expect(this.customers.has(event.data.customer_id), 'a review by nobody');
        return this.expect(event.data.rating >= 1 && event.data.rating <= 5, 'a rating beyond the stars');
      case 'OrderCreated':
        this.expect(this.customers.has(event.data.customer_id), 'an order by nobody');
        this.expect(follows.has(`customer-${event.data.customer_id}`), 'an order not caused by its customer');
        this.orders.set(event.data.order_id, {
          customer: event.data.customer_id,
          state: 'open',
          lines: new Map(),
          totalCents: 0,
          completedAt: '',
        });
        return;
      default:
        return this.applyToOrder(event, follows);
    }
  }

  private applyToOrder(
    event: Extract<ShopEvent, { data: { order_id: string } }>,
    follows: ReadonlySet<string>,
  ): void {
    const order = this.orders.get(event.data.order_id);
    if (!order) return this.expect(false, `${event.type} for no order`);
    const from = (...states: LedgerOrder['state'][]) =>
      this.expect(states.includes(order.state), `${event.type} for an order that is ${order.state}`);
    switch (event.type) {
      case 'OrderItemAdded': {
        const { product_id, price, quantity } = event.data;
        from('open');
        this.expect(cents(price) === this.products.get(product_id), `${product_id} is sold at another price`);
        this.expect(follows.has(`product-${product_id}`), 'an item not caused by its product');
        this.expect(!order.lines.has(product_id), 'a product twice in an order');
        this.expect(Number.isInteger(quantity) && quantity > 0, `a quantity of ${quantity}`);
        order.lines.set(product_id, { cents: cents(price), quantity });
        order.totalCents += cents(price) * quantity;
        return;
      }
      case 'OrderItemRemoved': {
        const { product_id, price, quantity } = event.data;
        from('open');
        const line = order.lines.get(product_id);
        this.expect(
          line?.cents === cents(price) && line.quantity === quantity,
          'an item removed that was not added',
        );
        order.lines.delete(product_id);
        order.totalCents -= cents(price) * quantity;
        return;
      }
      case 'OrderShipped':
        from('open');
        order.state = 'shipped';
        return;
      case 'OrderCompleted':
        from('shipped');
        this.expect(
          event.data.total_amount === order.totalCents / 100,
          'a total that is not that of the items',
        );
        this.expect(
          event.data.item_count === order.lines.size,
          'an item count that is not that of the items',
        );
        this.expect(event.data.customer_id === order.customer, 'an order completed for somebody else');
        order.state = 'completed';
        order.completedAt = event.data.completed_at;
        return;
      case 'OrderCancelled':
        from('open');
        order.state = 'cancelled';
        return;
      case 'OrderRefunded':
        from('completed');
        this.expect(
          event.data.refund_amount > 0 && cents(event.data.refund_amount) <= order.totalCents,
          'a refund beyond the total',
        );
        this.expect(event.data.original_completed_at === order.completedAt, 'a refund for another day');
        order.state = 'refunded';
        return;
      default:
    }
  }

  private expect(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault);
  }
}

function streamOf({ type, data }: ShopEvent): string {
  if (type === 'ReviewSubmitted') return `review-${data.review_id}`;
  if ('order_id' in data) return `order-${data.order_id}`;
  if ('product_id' in data) return `product-${data.product_id}`;
  return `customer-${data.customer_id}`;
}
