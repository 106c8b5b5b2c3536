import { ProjectionError } from '../../events/projection.error';

/**
 * A read model that a projection declares is no entity of its data source. Thrown at start. Add it to `entities`, or
 * import `TypeOrmModule.forFeature` with it.
 *
 * @publicApi
 */
export class UnknownReadModelError extends ProjectionError {
  constructor(projection: string, entity: string) {
    super(
      `Projection "${projection}" declares the read model ${entity}, which is no entity of its data source: ` +
        'add it to entities, or import TypeOrmModule.forFeature with it where autoLoadEntities is on.',
    );
  }
}
