import type { Product } from './catalogue';
import type { Customer } from './customers';
import { amount } from './money';
import type { ShopEvent } from './shop-event';
import { Stream } from './stream';

interface Line {
  readonly product: Product;
  /** In cents, as it was when the line was added. */
  readonly price: number;
  readonly quantity: number;
}

/** What an order holds so far, and the events that change it. */
export class Order {
  readonly id: string;
  readonly stream: Stream;
  readonly lines: Line[] = [];

  constructor(
    number: number,
    readonly customer: Customer,
  ) {
    this.id = `o${number}`;
    this.stream = new Stream(`order-${this.id}`);
  }

  /** In cents. */
  get total(): number {
    return this.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  }

  add(product: Product, quantity: number): ShopEvent {
    const line = { product, price: product.price, quantity };
    this.lines.push(line);
    return { type: 'OrderItemAdded', data: this.itemOf(line) };
  }

  remove(line: Line): ShopEvent {
    this.lines.splice(this.lines.indexOf(line), 1);
    return { type: 'OrderItemRemoved', data: this.itemOf(line) };
  }

  private itemOf(line: Line) {
    return {
      order_id: this.id,
      product_id: line.product.id,
      price: amount(line.price),
      quantity: line.quantity,
    };
  }
}
