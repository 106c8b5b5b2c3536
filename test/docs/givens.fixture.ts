/**
 * What samples may take as given, by `<!-- given: store, projections -->` before the fence. Nothing here runs.
 */
import type { EventStore, Projections } from 'nestjs-projections';
import type { DataSource } from 'typeorm';

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

export declare class Mailer {
  sendShipped(orderId: string): Promise<void>;
}

/** As in `@nestjs/config`. */
export declare class ConfigService {
  get(key: string): number | undefined;
}
