import { On, type RecordedEvent } from 'nestjs-projections';

/** Compiles only where the package's `EventMap` takes the application's types. */
export class MistypedProjection {
  // @ts-expect-error -- parcel_id is a string
  @On('ParcelDelivered')
  delivered(event: RecordedEvent<{ parcel_id: number }>) {
    return event.data.parcel_id;
  }
}
