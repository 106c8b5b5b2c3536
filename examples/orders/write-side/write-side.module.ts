import { Module } from '@nestjs/common';
import { AppendEventsHandler } from './append-events.command';
import { ChangeCustomerTierHandler } from './customer/change-customer-tier.command';
import { CreateCustomerHandler } from './customer/create-customer.command';
import { Customers } from './customer/customers';
import { AddOrderItemHandler } from './order/add-order-item.command';
import { CancelOrderHandler } from './order/cancel-order.command';
import { CompleteOrderHandler } from './order/complete-order.command';
import { CreateOrderHandler } from './order/create-order.command';
import { RefundOrderHandler } from './order/refund-order.command';
import { RemoveOrderItemHandler } from './order/remove-order-item.command';
import { ShipOrderHandler } from './order/ship-order.command';
import { Orders } from './order/orders';
import { ChangeProductPriceHandler } from './product/change-product-price.command';
import { CreateProductHandler } from './product/create-product.command';
import { DeleteProductHandler } from './product/delete-product.command';
import { UpdateProductHandler } from './product/update-product.command';
import { Products } from './product/products';
import { SubmitReviewHandler } from './review/submit-review.command';
import { Reviews } from './review/reviews';

@Module({
  providers: [
    Orders,
    Products,
    Customers,
    Reviews,
    CreateOrderHandler,
    AddOrderItemHandler,
    RemoveOrderItemHandler,
    ShipOrderHandler,
    CompleteOrderHandler,
    CancelOrderHandler,
    RefundOrderHandler,
    CreateProductHandler,
    UpdateProductHandler,
    ChangeProductPriceHandler,
    DeleteProductHandler,
    CreateCustomerHandler,
    ChangeCustomerTierHandler,
    SubmitReviewHandler,
    AppendEventsHandler,
  ],
})
export class WriteSideModule {}
