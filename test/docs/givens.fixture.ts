/**
 * What samples may take as given: those of pages by `<!-- given: store, projections -->` before the fence, those of
 * docstrings by using the name. Nothing here runs.
 */
import type { EventStore, Projections } from 'nestjs-projections';
import type { DataSource } from 'typeorm';

export * from 'nestjs-projections';
export * from 'nestjs-projections/testing';
export type { Provider } from '@nestjs/common';
export { APP_FILTER } from '@nestjs/core';
export { type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
export { TypeOrmModule } from '@nestjs/typeorm';

export declare const store: EventStore;
export declare const projections: Projections;
export declare const dataSource: DataSource;

export declare class OrderSummary {
  orderId: string;
  status: string;
  updatedAt: Date;
}

export declare class Invoice {
  orderId: string;
  cents: number;
}

export declare class DailySales {
  day: string;
  orders: number;
  cents: number;
}

export declare class OrderSummaryProjection {
  created(): void;
}

export declare class Mailer {
  sendShipped(orderId: string): Promise<void>;
}

/** As in `@nestjs/config`. */
export declare class ConfigService {
  get(key: string): number | undefined;
}
