import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 10;

/** Repeats an assertion until it holds; once the time is up it fails as the assertion does. */
export async function eventually(assertion: () => Promise<void> | void, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await delay(LOOK_MS);
  }
}
