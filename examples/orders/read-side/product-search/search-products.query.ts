import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type ProductAnswer, ProductSearch } from './product-search';

export class SearchProducts extends Query<ProductAnswer[]> {
  constructor(
    readonly text: string,
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(SearchProducts)
export class SearchProductsHandler implements IQueryHandler<SearchProducts> {
  constructor(private readonly products: ProductSearch) {}

  execute({ text, limit }: SearchProducts): Promise<ProductAnswer[]> {
    return this.products.find(text, limit);
  }
}
