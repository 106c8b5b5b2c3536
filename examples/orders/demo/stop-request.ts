/**
 * npm passes the terminal's Ctrl-C on to a process that the terminal has told already: what comes this soon is
 * the same key press.
 */
const SAME_KEY_PRESS_MS = 500;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/** The user's wish to end the demo, as signals tell it. */
export class StopRequest {
  private readonly asked = new AbortController();
  private readonly insisted = new AbortController();
  private askedAt = 0;
  private code = 0;

  /** Aborted by the first signal. */
  readonly signal: AbortSignal = this.asked.signal;
  /** Aborted by a second one: do not be tidy any more. */
  readonly insistence: AbortSignal = this.insisted.signal;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => this.receive(name));
  }

  /** How a process ends that was stopped before it was done. */
  get exitCode(): number {
    return this.code;
  }

  private receive(name: keyof typeof EXIT_CODES): void {
    if (!this.signal.aborted) {
      this.askedAt = Date.now();
      this.code = EXIT_CODES[name];
      this.asked.abort();
    } else if (Date.now() - this.askedAt > SAME_KEY_PRESS_MS) {
      this.insisted.abort();
    }
  }
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
