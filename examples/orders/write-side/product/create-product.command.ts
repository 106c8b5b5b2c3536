import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { type ProductText } from './product';
import { Products } from './products';

export class CreateProduct extends Command<Written> {
  constructor(
    readonly productId: string,
    readonly text: ProductText,
    readonly price: number,
  ) {
    super();
  }
}

@CommandHandler(CreateProduct)
export class CreateProductHandler implements ICommandHandler<CreateProduct> {
  constructor(private readonly products: Products) {}

  execute({ productId, text, price }: CreateProduct): Promise<Written> {
    return this.products.create(productId, {
      type: 'ProductCreated',
      data: { product_id: productId, ...text, price, created_at: timestamp() },
    });
  }
}
