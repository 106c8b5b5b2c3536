import type { EntityTarget, ObjectLiteral } from 'typeorm';

/**
 * When a projection runs.
 * - `persistent`: follows the store with a stored checkpoint and resumes after a restart
 * - `inline`: inside the transaction of the append; strongly consistent
 * - `live`: from the head on, without a checkpoint, in every instance; for dashboards and caches
 * - `catch-up`: only when `Projections.catchUp(name)` asks, over history to the head
 */
export type ProjectionType = 'persistent' | 'inline' | 'live' | 'catch-up';

export interface ProjectionOptions {
  /** The projection's identity, which its checkpoint is stored under: never change it once deployed. */
  readonly name: string;
  /** @default 'persistent' */
  readonly type?: ProjectionType;
  /** The entities whose tables this projection owns; a rebuild empties them. @default [] */
  readonly readModels?: readonly EntityTarget<ObjectLiteral>[];
  /** The most events applied in one transaction; 1 gives every event its own. @default the module's batchSize */
  readonly batchSize?: number;
}
