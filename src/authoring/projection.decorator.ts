import type { ProjectionOptions } from './projection-options';
import { PROJECTION_METADATA } from './authoring.constants';
import { BareDecoratorError } from './authoring.errors';

/**
 * Makes a provider a projection: its `@On` handlers turn events into a read model.
 *
 * - `@Projection({ name: 'order_summary', readModels: [OrderSummary] })`: handlers write through `context.manager`
 * - `@Projection({ name: 'order_summary', row: OrderSummary, key: (event) => event.streamId })`: handlers fold rows
 *
 * Options are checked at start, with an `InvalidProjectionOptionsError` for one that cannot be right.
 *
 * @throws BareDecoratorError when it stands without parentheses
 *
 * @publicApi
 */
export function Projection(options: ProjectionOptions): ClassDecorator {
  // Without parentheses it gets the class, and what it returns would replace that.
  if (typeof options === 'function')
    throw new BareDecoratorError('Projection', (options as { name: string }).name);
  return (target) => Reflect.defineMetadata(PROJECTION_METADATA, options, target);
}
