import { EventEntity } from '../postgres/event.entity';
import { ProjectionCheckpoint } from '../state/checkpoint.entity';

/**
 * The module's own entities, for a data source that lists its entities one by one.
 *
 * @publicApi
 */
export const projectionEntities = [EventEntity, ProjectionCheckpoint];
