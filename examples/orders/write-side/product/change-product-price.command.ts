import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { requireOnSale } from './product';
import { Products } from './products';

export class ChangeProductPrice extends Command<Written> {
  constructor(
    readonly productId: string,
    readonly price: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeProductPrice)
export class ChangeProductPriceHandler implements ICommandHandler<ChangeProductPrice> {
  constructor(private readonly products: Products) {}

  execute({ productId, price }: ChangeProductPrice): Promise<Written> {
    return this.products.change(productId, (product) => {
      requireOnSale(product);
      if (product.price === price) return [];
      return [
        {
          type: 'ProductPriceChanged',
          data: { product_id: productId, new_price: price, changed_at: timestamp() },
        },
      ];
    });
  }
}
