import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';

export interface DailySalesAnswer {
  readonly date: string;
  readonly total_orders: number;
  readonly total_revenue: number;
  readonly total_items: number;
  readonly total_refunds: number;
  readonly updated_at: Date | null;
}

/** The days with sales between two dates, both included; an open end is no bound. */
export class GetDailySales extends Query<DailySalesAnswer[]> {
  constructor(
    readonly from: string | undefined,
    readonly to: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(GetDailySales)
export class GetDailySalesHandler implements IQueryHandler<GetDailySales> {
  constructor(private readonly dataSource: DataSource) {}

  execute({ from, to }: GetDailySales): Promise<DailySalesAnswer[]> {
    return this.dataSource.query<DailySalesAnswer[]>(
      `SELECT date::text, total_orders, total_revenue::float8, total_items, total_refunds::float8, updated_at
       FROM daily_sales
       WHERE date BETWEEN coalesce($1::date, '-infinity') AND coalesce($2::date, 'infinity')
       ORDER BY daily_sales.date`,
      [from ?? null, to ?? null],
    );
  }
}
