import type { Backoff } from '../../authoring/projection-options';

/**
 * Milliseconds to wait before the next try: exponential with full jitter, which spreads contenders best
 * (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * @param failures how often it failed so far, from 1
 */
export function backoffMs(
  { minMs, maxMs }: Backoff,
  failures: number,
  random: () => number = Math.random,
): number {
  return random() * Math.min(maxMs, minMs * 2 ** (failures - 1));
}
