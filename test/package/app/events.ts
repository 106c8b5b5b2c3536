declare module 'nestjs-projections' {
  interface EventMap {
    ParcelDelivered: { parcel_id: string };
  }
}

export class ParcelRegistered {
  static readonly type = 'ParcelRegistered';

  constructor(readonly parcel_id: string) {}
}
