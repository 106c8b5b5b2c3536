import { AsyncResource } from 'node:async_hooks';

/**
 * The async context in which it was made. Libraries that keep a request's transaction in an AsyncLocalStorage lead
 * whatever is asked of the data source into it; what runs here is led nowhere.
 */
export class OwnContext {
  private readonly resource = new AsyncResource('nestjs-projections');

  run<T>(work: () => T): T {
    return this.resource.runInAsyncScope(work);
  }
}
