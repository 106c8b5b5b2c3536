import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { type ProductText, requireOnSale } from './product';
import { Products } from './products';

export class UpdateProduct extends Command<Written> {
  constructor(
    readonly productId: string,
    readonly changes: Partial<ProductText>,
  ) {
    super();
  }
}

@CommandHandler(UpdateProduct)
export class UpdateProductHandler implements ICommandHandler<UpdateProduct> {
  constructor(private readonly products: Products) {}

  execute({ productId, changes }: UpdateProduct): Promise<Written> {
    return this.products.change(productId, (product) => {
      requireOnSale(product);
      return [
        {
          type: 'ProductUpdated',
          data: { product_id: productId, ...product.text, ...changes, updated_at: timestamp() },
        },
      ];
    });
  }
}
