export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/** For a promise that is of no use: that it rejects, which nobody hears any more, must not end the process. */
export function leaveUnheard(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined);
}
