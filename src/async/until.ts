import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until the answer is yes; `false` when the time is up first. */
export async function until(
  condition: () => Promise<boolean>,
  everyMs: number,
  timeoutMs: number,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    const left = end - performance.now();
    if (left <= 0) return false;
    await delay(Math.min(everyMs, left));
  }
}
