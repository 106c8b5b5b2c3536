import { Logger } from '@nestjs/common';

/** How often a command that takes long says that it gets on. */
const REPORT_MS = 1_000;

/** Says now and then, for whoever waits for a command, that it is being carried out. */
export class CommandProgress {
  private readonly logger = new Logger(CommandProgress.name);
  private reportedAt = 0;
  private reporting = false;

  constructor(private readonly report: () => Promise<void>) {}

  /** Says that the command is taken up. */
  async begin(): Promise<void> {
    this.reportedAt = performance.now();
    await this.report();
  }

  step(): void {
    if (this.reporting || performance.now() - this.reportedAt < REPORT_MS) return;
    this.reportedAt = performance.now();
    this.reporting = true;
    this.report()
      .catch((error: unknown) => this.logger.debug(`Cannot report progress: ${String(error)}`))
      .finally(() => (this.reporting = false));
  }
}
