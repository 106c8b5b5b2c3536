import { Logger } from '@nestjs/common';
import type { SegmentId } from '../../state/segment-id';

interface Problem {
  readonly projection: string | undefined;
  /** Set where it is one of a single segment. */
  readonly id: SegmentId | undefined;
  readonly error: Error;
}

/** What keeps this instance from coordinating as it should: said once, and known until it has passed. */
export class CoordinationProblems {
  private readonly logger = new Logger('Projection');
  private readonly problems = new Map<string, Problem>();

  /** Does what may fail, and remembers whether it has. */
  async attempt(task: string, projection: string | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.passed(task, projection);
    } catch (error) {
      this.failed(task, projection, error);
    }
  }

  /**
   * Remembers what failed, and logs it unless it failed in the same way the last time.
   * @param task what was to be done, and will be tried again
   * @param projection the projection concerned; `undefined` when that is all of them
   * @param id the segment concerned, where it is one alone
   */
  failed(task: string, projection: string | undefined, cause: unknown, id?: SegmentId): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const key = keyOf(task, projection);
    const known = this.problems.get(key);
    this.problems.set(key, { projection, id, error });
    if (known?.error.message === error.message) return;
    const subject =
      projection === undefined ? 'The projections of this instance' : `Projection "${projection}"`;
    const said = error.message.includes(subject)
      ? error.message
      : `${subject} could not ${task}: ${error.message}`;
    this.logger.warn(`${said} It is tried again.`);
  }

  passed(task: string, projection: string | undefined): void {
    this.problems.delete(keyOf(task, projection));
  }

  isKnown(task: string, projection: string): boolean {
    return this.problems.has(keyOf(task, projection));
  }

  /** Forgets what failed for a segment that is not to be seen to here any more: somebody else has, or nobody need. */
  keepSegments(isDue: (id: SegmentId) => boolean): void {
    for (const [key, { id }] of this.problems) if (id && !isDue(id)) this.problems.delete(key);
  }

  /** What is in the way of a projection, its own problems first. */
  of(projection: string): Error | undefined {
    const all = [...this.problems.values()];
    const own = all.find((problem) => problem.projection === projection);
    return (own ?? all.find((problem) => problem.projection === undefined))?.error;
  }
}

const keyOf = (task: string, projection: string | undefined): string => `${projection ?? ''}\n${task}`;
