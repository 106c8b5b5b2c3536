import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { orderMigrations } from './migrations';
import { openDataSource } from './open-data-source';

/** A projection works on one connection and reads ahead on another; requests need theirs besides. */
const POOL_SIZE = 20;

@Module({})
export class DatabaseModule {
  static forRoot(url: string): DynamicModule {
    const typeOrm = TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres',
        url,
        poolSize: POOL_SIZE,
        autoLoadEntities: true,
        migrations: orderMigrations,
        migrationsTableName: 'orders_migrations',
        retryAttempts: 3,
        retryDelay: 1_000,
      }),
      dataSourceFactory: openDataSource,
    });
    return { module: DatabaseModule, imports: [typeOrm] };
  }
}
