import type { AppendResult, NewEvent } from 'nestjs-projections';
import { PageSize } from '../../src/engine/reading/page-size';
import type { TestApp } from './app';

/**
 * Appends events that are read, and applied, in one batch as far as its size allows. A look at the head may else fall
 * into the middle of an INSERT, which draws its positions one after the other: what is drawn by then is a batch of its
 * own. The lock keeps looks out from before the first position is drawn until all are visible. Small batches after a
 * slow one are for the clock to decide, and are left out.
 */
export async function appendAsOneBatch(
  { dataSource, store }: TestApp,
  streamId: string,
  events: readonly NewEvent[],
): Promise<AppendResult> {
  jest.spyOn(PageSize.prototype, 'applied').mockReturnValue();
  return dataSource.transaction(async (manager) => {
    await manager.query('LOCK TABLE events IN ACCESS EXCLUSIVE MODE');
    return store.append(streamId, events, { manager });
  });
}
