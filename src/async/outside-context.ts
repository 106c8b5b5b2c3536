import { AsyncResource } from 'node:async_hooks';

/** Made when this file is loaded, which is before any request. */
const outside = new AsyncResource('nestjs-projections');

/**
 * Runs `work` outside of the caller's async context. What a request keeps in an AsyncLocalStorage (its user, its trace,
 * its transaction) is none of a loop's that happens to be started, or woken up, by it.
 */
export function outsideContext<T>(work: () => T): T {
  return outside.runInAsyncScope(work);
}
