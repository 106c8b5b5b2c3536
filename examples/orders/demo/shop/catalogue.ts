import type { Random } from './random';
import { Stream } from './stream';

export class Product {
  readonly id: string;
  readonly stream: Stream;

  constructor(
    number: number,
    /** In cents. */
    public price: number,
  ) {
    this.id = `p${number}`;
    this.stream = new Stream(`product-${this.id}`);
  }
}

/** The products on sale. */
export class Catalogue {
  private readonly onSale: Product[] = [];
  private created = 0;

  get size(): number {
    return this.onSale.length;
  }

  add(price: number): Product {
    const product = new Product(++this.created, price);
    this.onSale.push(product);
    return product;
  }

  remove(product: Product): void {
    this.onSale.splice(this.onSale.indexOf(product), 1);
  }

  /** Different products, at most as many as there are; some sell much better than others. */
  choose(random: Random, count: number): Product[] {
    const chosen = new Set<Product>();
    while (chosen.size < Math.min(count, this.onSale.length)) {
      chosen.add(this.onSale[Math.floor(random.next() ** 1.7 * this.onSale.length)]!);
    }
    return [...chosen];
  }
}
