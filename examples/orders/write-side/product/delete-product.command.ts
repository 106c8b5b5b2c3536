import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { requireOnSale } from './product';
import { Products } from './products';

export class DeleteProduct extends Command<Written> {
  constructor(readonly productId: string) {
    super();
  }
}

@CommandHandler(DeleteProduct)
export class DeleteProductHandler implements ICommandHandler<DeleteProduct> {
  constructor(private readonly products: Products) {}

  execute({ productId }: DeleteProduct): Promise<Written> {
    return this.products.change(productId, (product) => {
      requireOnSale(product);
      return [{ type: 'ProductDeleted', data: { product_id: productId, deleted_at: timestamp() } }];
    });
  }
}
