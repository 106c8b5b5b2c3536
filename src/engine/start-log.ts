import { Logger } from '@nestjs/common';
import type { ProgressStore } from '../state/progress.store';
import type { ManagedProjection } from './segment/managed-projection';
import { startLines } from './start-lines';
import { within } from './waits/within';

/** How long a start may wait for what it writes to the log. */
const START_LOG_MS = 2_000;

/** Says in the log of a start where the projections are. */
export async function logStart(
  projections: readonly ManagedProjection[],
  progress: ProgressStore,
): Promise<void> {
  const logger = new Logger('Projection');
  try {
    const names = projections.map(({ definition }) => definition.name);
    const rows = await within(START_LOG_MS, () => progress.progressOf(names));
    for (const line of startLines(projections, rows)) logger.log(line);
  } catch (error) {
    logger.warn(`Cannot say where the projections are: ${String(error)}`);
  }
}
