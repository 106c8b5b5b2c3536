import type { ProjectionOptions } from './projection-options';
import { PROJECTION_METADATA } from './authoring.constants';
import { BareDecoratorError } from './authoring.errors';

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
  // Without parentheses it gets the class, and what it returns would replace that.
  if (typeof options === 'function')
    throw new BareDecoratorError('Projection', (options as { name: string }).name);
  return (target) => Reflect.defineMetadata(PROJECTION_METADATA, options, target);
}
