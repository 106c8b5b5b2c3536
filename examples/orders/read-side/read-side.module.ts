import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectionModule } from 'nestjs-projections';
import { CustomerActivityProjection } from './customer-activity/customer-activity.projection';
import { CustomerActivitySummary } from './customer-activity/customer-activity-summary.entity';
import { CustomerOrderHistory } from './customer-activity/customer-order-history.entity';
import { Customer } from './customer-activity/customer.entity';
import { GetCustomerActivityHandler } from './customer-activity/get-customer-activity.query';
import { DailySales } from './daily-sales/daily-sales.entity';
import { DailySalesProjection } from './daily-sales/daily-sales.projection';
import { GetDailySalesHandler } from './daily-sales/get-daily-sales.query';
import { Dashboard } from './dashboard/dashboard';
import { DashboardProjection } from './dashboard/dashboard.projection';
import { GetOrderNumberHandler } from './order-number/get-order-number.query';
import { OrderNumber } from './order-number/order-number.entity';
import { OrderNumberProjection } from './order-number/order-number.projection';
import { GetOrderHandler } from './order-summary/get-order.query';
import { ListOrdersHandler } from './order-summary/list-orders.query';
import { OrderSummary } from './order-summary/order-summary.entity';
import { OrderSummaryProjection } from './order-summary/order-summary.projection';
import { PostgresProductSearch } from './product-search/postgres-product-search';
import { ProductDocument } from './product-search/product-document.entity';
import { ProductSearch } from './product-search/product-search';
import { ProductSearchProjection } from './product-search/product-search.projection';
import { SearchProductsHandler } from './product-search/search-products.query';

@Module({
  imports: [
    TypeOrmModule.forFeature([
      OrderSummary,
      DailySales,
      Customer,
      CustomerActivitySummary,
      CustomerOrderHistory,
      ProductDocument,
      OrderNumber,
    ]),
    ProjectionModule.forFeature([
      OrderSummaryProjection,
      DailySalesProjection,
      CustomerActivityProjection,
      ProductSearchProjection,
      OrderNumberProjection,
    ]),
  ],
  providers: [
    Dashboard,
    DashboardProjection,
    { provide: ProductSearch, useClass: PostgresProductSearch },
    GetOrderHandler,
    ListOrdersHandler,
    GetDailySalesHandler,
    GetCustomerActivityHandler,
    SearchProductsHandler,
    GetOrderNumberHandler,
  ],
  exports: [Dashboard],
})
export class ReadSideModule {}
