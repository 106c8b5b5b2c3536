import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { ProductAnswer } from '../read-side/product-search/product-search';
import { SearchProducts } from '../read-side/product-search/search-products.query';
import { ChangeProductPrice } from '../write-side/product/change-product-price.command';
import { CreateProduct } from '../write-side/product/create-product.command';
import { DeleteProduct } from '../write-side/product/delete-product.command';
import { UpdateProduct } from '../write-side/product/update-product.command';
import { type IdParameter, idParameter } from './requests/fields';
import {
  changeProductPrice,
  type ChangeProductPriceRequest,
  createProduct,
  type CreateProductRequest,
  searchProducts,
  type SearchProductsRequest,
  updateProduct,
  type UpdateProductRequest,
} from './requests/product.requests';
import { answerWrite, type WriteAnswer } from './write-answer';

@Controller('products')
export class ProductsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  async create(@Body({ schema: createProduct }) request: CreateProductRequest): Promise<WriteAnswer> {
    const { product_id, price, ...text } = request;
    return answerWrite(await this.commands.execute(new CreateProduct(product_id, text, price)));
  }

  @Patch(':id')
  async update(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: updateProduct }) changes: UpdateProductRequest,
  ): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(new UpdateProduct(id, changes)));
  }

  @Post(':id/price')
  @HttpCode(200)
  async changePrice(
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: changeProductPrice }) { new_price }: ChangeProductPriceRequest,
  ): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(new ChangeProductPrice(id, new_price)));
  }

  @Delete(':id')
  async delete(@Param({ schema: idParameter }) { id }: IdParameter): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(new DeleteProduct(id)));
  }

  @Get('search')
  search(@Query({ schema: searchProducts }) { q, limit }: SearchProductsRequest): Promise<ProductAnswer[]> {
    return this.queries.execute(new SearchProducts(q, limit));
  }
}
