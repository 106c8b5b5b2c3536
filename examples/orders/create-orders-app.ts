import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { OrdersModule, type OrdersModuleOptions } from './orders.module';

/** Room for a whole import of raw events in one request. */
const MAX_BODY = '5mb';

/** The service, not listening yet. */
export async function createOrdersApp(
  options: OrdersModuleOptions,
  nest: NestApplicationOptions = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(OrdersModule.forRoot(options), {
    abortOnError: false,
    ...nest,
  });
  return app.useBodyParser('json', { limit: MAX_BODY });
}
