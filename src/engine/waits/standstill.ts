import { NoOwnerError } from '../failures/operation.errors';
import { ProjectionStoppedError } from '../failures/standstill.errors';
import type { ProjectionProgress } from '../../state/progress.store';
import type { Waiter } from './waiter';
import { ProjectionPausedError, WaitsForItselfError } from './waiting.errors';

/** Ends a wait for what the projection will not do as it stands; any other goes on. */
export function endAtStandstill(waiter: Waiter, row: ProjectionProgress, unownedMs: number): void {
  const { kind, definition } = waiter.projection;
  const { name } = definition;
  const { operation, inside, position } = waiter.target;
  if (inside && !inside.isOver && (inside.standsAt() ?? position) < position)
    return waiter.fail(new WaitsForItselfError(name, operation ?? 'be waited for'));
  if (row.state === 'stopped')
    return waiter.fail(
      new ProjectionStoppedError(name, row.failure?.message ?? 'The projection is stopped.'),
    );
  if (waiter.expired) return waiter.expire();
  if (operation === undefined) return;
  if (row.state === 'paused') return waiter.fail(new ProjectionPausedError(name, operation));
  const unowned = kind.keepsCheckpoint && !row.byAppends && row.segments.some(({ owner }) => owner === null);
  waiter.unownedSince = unowned ? (waiter.unownedSince ?? performance.now()) : undefined;
  if (unowned && performance.now() - waiter.unownedSince! > unownedMs)
    waiter.fail(new NoOwnerError(name, operation, unownedMs));
}
