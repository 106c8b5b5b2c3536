import { HandlerTimeoutError } from '../failures/handler-conduct.errors';

/**
 * Watches over the handlers of one batch: aborts their signal when one takes too long or the work is called off. One
 * timer serves the whole batch, whatever its size.
 */
export class HandlerWatch {
  private readonly controller = new AbortController();
  private readonly outcome: Promise<never>;
  private reject!: (error: unknown) => void;
  private timer: NodeJS.Timeout | undefined;
  private since = 0;

  /**
   * @param cancel ends the statement that the handler may be waiting for
   * @param calledOff aborts when the process cannot wait for the batch any longer
   */
  constructor(
    private readonly timeoutMs: number,
    private readonly cancel: () => void,
    private readonly calledOff: AbortSignal,
  ) {
    this.outcome = new Promise<never>((_, reject) => (this.reject = reject));
    this.outcome.catch(() => undefined);
    calledOff.addEventListener('abort', this.callOff);
    if (calledOff.aborted) this.callOff();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Waits for what a handler returned, but no longer than it may take. */
  async guard(result: PromiseLike<unknown>): Promise<unknown> {
    this.since = performance.now();
    this.timer ??= this.arm(this.timeoutMs);
    return Promise.race([result, this.outcome]);
  }

  end(): void {
    clearTimeout(this.timer);
    this.calledOff.removeEventListener('abort', this.callOff);
  }

  private readonly callOff = (): void => {
    const { reason } = this.calledOff as { reason?: unknown };
    const said = reason instanceof Error && reason.name !== 'AbortError' ? reason : undefined;
    this.abort(said ?? new Error('the application is shutting down'));
  };

  private arm(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const left = this.since + this.timeoutMs - performance.now();
      if (left > 0) this.timer = this.arm(left);
      else this.abort(new HandlerTimeoutError(this.timeoutMs));
    }, ms);
  }

  private abort(error: Error): void {
    this.controller.abort(error);
    this.cancel();
    this.reject(error);
  }
}
