import type { BatchFrame, BatchTransaction } from '../applying/batch-transaction';
import type { DeadLetterQueue } from './dead-letter-queue';

/** What is set aside may be parked by what other code made of it: parks it as this code does. */
export async function parkAsNow(
  queue: DeadLetterQueue,
  transaction: BatchTransaction,
  fence: BatchFrame['fence'],
  calledOff: AbortSignal,
): Promise<void> {
  const keys = await queue.parkedOtherwise();
  if (keys.size === 0) return;
  const nothing = { events: [], replaying: false, attempt: 1, calledOff };
  await transaction.apply(nothing, { fence, finish: (manager) => queue.park(manager, keys) });
  await queue.load();
}
