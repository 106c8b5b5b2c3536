import { Logger } from '@nestjs/common';

/** What keeps this instance from coordinating as it should: said once, and known until it has passed. */
export class CoordinationProblems {
  private readonly logger = new Logger('Projection');
  private readonly problems = new Map<string, { projection: string | undefined; error: Error }>();

  /**
   * Remembers what failed, and logs it unless it failed in the same way the last time.
   * @param task what was to be done, and will be tried again
   * @param projection the projection concerned; `undefined` when that is all of them
   */
  failed(task: string, projection: string | undefined, cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const key = keyOf(task, projection);
    const known = this.problems.get(key);
    this.problems.set(key, { projection, error });
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

  /** What is in the way of a projection, its own problems first. */
  of(projection: string): Error | undefined {
    const all = [...this.problems.values()];
    const own = all.find((problem) => problem.projection === projection);
    return (own ?? all.find((problem) => problem.projection === undefined))?.error;
  }
}

const keyOf = (task: string, projection: string | undefined): string => `${projection ?? ''}\n${task}`;
