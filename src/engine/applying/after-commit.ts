import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { isPromise } from '../../async/is-promise';
import { asLoopWork } from './loop-work';

const LATE = Symbol('late');

const logger = new Logger('Projection');

/**
 * Runs what handlers want done after the commit, one after the other. What fails there, or hangs, is only told.
 * @param standsAt up to where the projection is applied meanwhile
 */
export async function runEffects(
  projection: string,
  effects: readonly (() => unknown)[],
  timeoutMs: number,
  standsAt: () => bigint | undefined,
): Promise<void> {
  for (const effect of effects)
    await asLoopWork(projection, standsAt, () => run(projection, effect, timeoutMs));
}

async function run(projection: string, effect: () => unknown, timeoutMs: number): Promise<void> {
  const overdue = new AbortController();
  try {
    const result = effect();
    if (!isPromise(result)) return;
    const late = delay(timeoutMs, LATE, { signal: overdue.signal, ref: false });
    if ((await Promise.race([result, late])) === LATE)
      logger.error(
        `Projection "${projection}": an afterCommit effect has not ended within ${timeoutMs} ms ` +
          '(handlerTimeoutMs), and is not waited for any longer',
      );
  } catch (error) {
    logger.error(`Projection "${projection}": an afterCommit effect failed`, error);
  } finally {
    overdue.abort();
  }
}
