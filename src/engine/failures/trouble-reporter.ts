import { Logger } from '@nestjs/common';
import type { RetryingError } from './standstill.errors';

/**
 * Has every instance know what a loop here waits out. It writes only what has changed, one statement at a time, and what
 * cannot be written is tried again when the loop next says how it gets on.
 */
export class TroubleReporter {
  private readonly logger = new Logger(TroubleReporter.name);
  private wanted: RetryingError | undefined;
  private stored: string | undefined;
  private writing: Promise<void> | undefined;

  constructor(private readonly write: (trouble: RetryingError | undefined) => Promise<void>) {}

  report(trouble: RetryingError): void {
    this.wanted = trouble;
    this.bringUpToDate();
  }

  /** Costs nothing where nothing was reported. */
  clear(): void {
    if (!this.wanted && this.stored === undefined) return;
    this.wanted = undefined;
    this.bringUpToDate();
  }

  private bringUpToDate(): void {
    this.writing ??= this.writeChanges()
      .catch((error: unknown) => this.logger.debug(`Cannot store what a loop waits out: ${String(error)}`))
      .finally(() => (this.writing = undefined));
  }

  private async writeChanges(): Promise<void> {
    while (this.wanted?.message !== this.stored) {
      const { wanted } = this;
      await this.write(wanted);
      this.stored = wanted?.message;
    }
  }
}
