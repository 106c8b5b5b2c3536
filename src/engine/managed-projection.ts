import { Logger } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { CommittedBatch } from './committed-batch';
import type { ProjectionRunner } from './projection-runner';
import type { ProjectionFailure, ProjectionState } from './projection-status';
import type { RunMode } from './run-mode';

/** After this long a batch that does not end is given up at shutdown, and rolled back by the closing connection. */
const GRACE_MS = 10_000;

/** A projection in this process: at most one loop at a time, and what became of it. */
export class ManagedProjection {
  private readonly logger = new Logger('Projection');
  private readonly batches = new Subject<CommittedBatch>();
  private runner: ProjectionRunner | undefined;
  private running: Promise<void> | undefined;
  private error: Error | undefined;
  private failedAt: Date | undefined;

  constructor(
    readonly definition: ProjectionDefinition,
    private readonly makeRunner: (
      mode: RunMode,
      committed: (batch: CommittedBatch) => void,
    ) => ProjectionRunner,
  ) {}

  readonly changes = this.batches.asObservable();

  get state(): ProjectionState {
    if (this.error) return 'stopped';
    if (!this.runner) return this.definition.type === 'inline' ? 'running' : 'idle';
    return this.runner.replaying ? 'replaying' : 'running';
  }

  /** What stopped it. */
  get cause(): Error | undefined {
    return this.error;
  }

  get failure(): ProjectionFailure | undefined {
    if (!this.error || !this.failedAt) return undefined;
    return { name: this.error.name, message: this.error.message, at: this.failedAt };
  }

  get position(): bigint | undefined {
    return this.runner?.position;
  }

  get heartbeatAgeMs(): number | undefined {
    return this.runner?.heartbeatAgeMs;
  }

  /** Starts a loop in the given mode; the promise is that of its end, and never rejects. */
  start(mode: RunMode): Promise<void> {
    if (this.running) return this.running;
    this.error = undefined;
    const runner = this.makeRunner(mode, (batch) => this.batches.next(batch));
    this.runner = runner;
    this.running = runner
      .run()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.runner = undefined;
        this.running = undefined;
      });
    return this.running;
  }

  /** Resolves when the loop has ended and its batch is committed or given up. */
  async stop(): Promise<void> {
    const { runner, running } = this;
    if (!runner || !running) return;
    runner.stop(GRACE_MS);
    let timer: NodeJS.Timeout | undefined;
    const givenUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, GRACE_MS)));
    await Promise.race([running, givenUp]).finally(() => clearTimeout(timer));
  }

  private fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error));
    this.failedAt = new Date();
    this.logger.error(this.error.message, this.error.stack);
  }
}
