import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ReadSideModule } from '../read-side/read-side.module';
import { CustomersController } from './customers.controller';
import { DailySalesController } from './daily-sales.controller';
import { DashboardController } from './dashboard.controller';
import { ErrorFilter } from './error.filter';
import { EventsController } from './events.controller';
import { HealthController } from './health.controller';
import { OrderCommandsController } from './order-commands.controller';
import { OrderQueriesController } from './order-queries.controller';
import { ProductsController } from './products.controller';
import { ReviewsController } from './reviews.controller';

@Module({
  imports: [ReadSideModule, TerminusModule],
  controllers: [
    OrderCommandsController,
    OrderQueriesController,
    ProductsController,
    CustomersController,
    ReviewsController,
    EventsController,
    DailySalesController,
    DashboardController,
    HealthController,
  ],
  providers: [
    { provide: APP_PIPE, useClass: StandardSchemaValidationPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class HttpModule {}
