import type { ProjectionOptions } from './projection-options';
import { PROJECTION_METADATA } from './authoring.constants';

/**
 * Makes a provider a projection: its `@On` handlers turn events into a read model.
 *
 * ```ts
 * @Projection({ name: 'order_summary', readModels: [OrderSummary] })
 * export class OrderSummaryProjection {
 *   @On('OrderCreated')
 *   async created(event: RecordedEvent<OrderCreated>, { manager }: ProjectionContext) { ... }
 * }
 * ```
 */
export function Projection(options: ProjectionOptions): ClassDecorator {
  return (target) => Reflect.defineMetadata(PROJECTION_METADATA, options, target);
}
