import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ProjectionModule, type ProjectionModuleOptions } from 'nestjs-projections';
import { DatabaseModule } from './database/database.module';
import { HttpModule } from './http/http.module';
import { ReadSideModule } from './read-side/read-side.module';
import { WriteSideModule } from './write-side/write-side.module';

export interface OrdersModuleOptions {
  /** Of a PostgreSQL database; its tables are made at start. */
  readonly url: string;
  /** @default the projection module's own defaults */
  readonly projections?: ProjectionModuleOptions;
}

/** A shop: commands append events, projections turn them into read models, queries read those. */
@Module({})
export class OrdersModule {
  static forRoot({ url, projections = {} }: OrdersModuleOptions): DynamicModule {
    return {
      module: OrdersModule,
      imports: [
        DatabaseModule.forRoot(url),
        ProjectionModule.forRoot(projections),
        CqrsModule.forRoot(),
        ReadSideModule,
        WriteSideModule,
        HttpModule,
      ],
    };
  }
}
