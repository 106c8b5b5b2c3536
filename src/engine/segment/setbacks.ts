import { Logger } from '@nestjs/common';
import { backoffMs } from '../failures/backoff';
import { describeError } from '../failures/describe-error';
import { failureOf } from '../failures/failure';
import type { FailurePolicy } from '../failures/failure-policy';
import { LeaseLost } from '../failures/lost-claims';
import { RetryingError, UnexpectedFailureError } from '../failures/standstill.errors';
import type { TroubleReporter } from '../failures/trouble-reporter';
import type { BatchPipeline } from './batch-pipeline';
import type { LoopPulse } from './loop-pulse';
import type { SegmentBatches } from './segment-batches';

/** So often in a row a batch may find that its rows were written by somebody else. */
const MOST_FOREIGN_WRITES = 5;
/** So often in a row it tries again after what nobody knows to pass by itself. */
const MOST_UNEXPECTED = 9;

export interface SetbackParts {
  readonly projection: string;
  readonly policy: FailurePolicy;
  readonly batches: SegmentBatches;
  readonly pipeline: BatchPipeline;
  /** Lets other instances know what it waits out. */
  readonly reporter: TroubleReporter;
  /** Stores, for all instances to see, that the projection is stopped and why. */
  readonly halt: (error: Error, before?: bigint) => Promise<void>;
}

/** What failed in a row, and what comes of it: another try, at once or after a while, a stop, or the loop's end. */
export class Setbacks {
  private readonly logger = new Logger('Projection');
  private failures = 0;
  private foreignWrites = 0;
  private unexpected = 0;
  private trouble: RetryingError | undefined;

  constructor(
    private readonly parts: SetbackParts,
    private readonly pulse: LoopPulse,
  ) {}

  /** What failed and the loop waits to try again. */
  get retrying(): RetryingError | undefined {
    return this.trouble;
  }

  wentWell(): void {
    this.failures = 0;
    this.foreignWrites = 0;
    this.unexpected = 0;
    this.trouble = undefined;
    this.parts.reporter.clear();
    this.parts.pipeline.triedBefore = 0;
  }

  waitsOut(trouble: RetryingError): void {
    this.trouble = trouble;
    this.parts.reporter.report(trouble);
  }

  /** What cannot be stored now is tried again with all that led to it. */
  async meet(error: unknown): Promise<'over' | 'again'> {
    try {
      return await this.settle(error);
    } catch (another) {
      if (another instanceof LeaseLost) return 'over';
      this.logger.error(`What failed could not be stored: ${describeError(error)}`);
      await this.backOff(another);
      return 'again';
    }
  }

  private async settle(error: unknown): Promise<'over' | 'again'> {
    const { projection, batches, policy, halt } = this.parts;
    const calledOff = batches.signal.aborted;
    const failure = failureOf(error, { projection, isTransient: policy.isTransient, calledOff });
    switch (failure.kind) {
      case 'lost':
        return 'over';
      case 'called-off':
      case 'moved':
      case 'ahead':
        return 'again';
      case 'event':
        await halt(failure.error, failure.error.event.globalPosition);
        return 'again';
      case 'final':
        await halt(failure.error);
        return 'again';
      case 'foreign-write':
        if (++this.foreignWrites > MOST_FOREIGN_WRITES) await halt(failure.error);
        else
          this.logger.warn(
            `${failure.error.message} The batch is applied again to the rows as they are now.`,
          );
        return 'again';
      case 'transient':
      case 'timed-out':
        await this.backOff(failure.error);
        return 'again';
      case 'unattributed':
        if (++this.unexpected > MOST_UNEXPECTED)
          await halt(
            new UnexpectedFailureError(projection, batches.progress.position, this.unexpected, failure.error),
          );
        else await this.backOff(failure.error);
        return 'again';
    }
  }

  private async backOff(error: unknown): Promise<void> {
    const { projection, policy, batches, pipeline } = this.parts;
    const trouble = new RetryingError(projection, batches.progress.position, error);
    this.waitsOut(trouble);
    const wait = backoffMs(policy.backoff, ++this.failures);
    pipeline.triedBefore = this.failures;
    this.logger.warn(`${trouble.message} Failure ${this.failures}, next try in ${Math.round(wait)} ms.`);
    await this.pulse.sitOut(wait);
  }
}
