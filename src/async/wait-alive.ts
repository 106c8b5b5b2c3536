import { setTimeout as delay } from 'node:timers/promises';

const TURN_MS = 1_000;

/**
 * Waits, and says now and then that it does, so that a long wait is told from one that hangs.
 * @throws the reason of `signal` when that aborts
 */
export async function waitAlive(ms: number, alive: () => void, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0; left -= TURN_MS) {
    await delay(Math.min(left, TURN_MS), undefined, { signal }).catch(() => signal.throwIfAborted());
    alive();
  }
}
