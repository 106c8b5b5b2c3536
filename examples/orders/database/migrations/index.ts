import { CreateOrderSummaries1790100000001 } from './1790100000001-create-order-summaries';
import { CreateDailySales1790100000002 } from './1790100000002-create-daily-sales';
import { CreateCustomerActivity1790100000003 } from './1790100000003-create-customer-activity';
import { CreateProductSearch1790100000004 } from './1790100000004-create-product-search';
import { CreateOrderNumbers1790100000005 } from './1790100000005-create-order-numbers';

export const orderMigrations = [
  CreateOrderSummaries1790100000001,
  CreateDailySales1790100000002,
  CreateCustomerActivity1790100000003,
  CreateProductSearch1790100000004,
  CreateOrderNumbers1790100000005,
];
