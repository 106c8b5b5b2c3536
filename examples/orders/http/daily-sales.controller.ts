import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type DailySalesAnswer, GetDailySales } from '../read-side/daily-sales/get-daily-sales.query';
import { dailySales, type DailySalesRequest } from './requests/sales.requests';

@Controller('daily-sales')
export class DailySalesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  days(@Query({ schema: dailySales }) { from, to }: DailySalesRequest): Promise<DailySalesAnswer[]> {
    return this.queries.execute(new GetDailySales(from, to));
  }
}
