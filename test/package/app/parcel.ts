import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ParcelRegistered } from './events.js';

@Entity('parcels')
export class Parcel {
  @PrimaryColumn('text', { name: 'parcel_id' })
  parcelId!: string;

  @Column('text')
  status!: string;
}

@Projection({ name: 'parcels', readModels: [Parcel] })
export class ParcelProjection {
  @On(ParcelRegistered)
  async registered({ data }: RecordedEvent<ParcelRegistered>, { manager }: ProjectionContext) {
    await manager.insert(Parcel, { parcelId: data.parcel_id, status: 'registered' });
  }

  @On('ParcelDelivered')
  async delivered({ data }: RecordedEvent<{ parcel_id: string }>, { manager }: ProjectionContext) {
    await manager.update(Parcel, { parcelId: data.parcel_id }, { status: 'delivered' });
  }
}
