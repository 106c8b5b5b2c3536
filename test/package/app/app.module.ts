import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectionModule } from 'nestjs-projections';
import { CreateParcels1767225600000 } from './create-parcels.js';
import { Parcel, ParcelProjection } from './parcel.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      autoLoadEntities: true,
      migrations: [CreateParcels1767225600000],
      migrationsRun: true,
    }),
    TypeOrmModule.forFeature([Parcel]),
    ProjectionModule.forRootAsync({ useFactory: () => ({ batchSize: 10 }) }),
    ProjectionModule.forFeature([ParcelProjection]),
  ],
})
export class AppModule {}
