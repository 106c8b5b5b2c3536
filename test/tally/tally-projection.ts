import type { Type } from '@nestjs/common';
import {
  On,
  OnAny,
  Projection,
  type ProjectionContext,
  type ProjectionOptions,
  type RecordedEvent,
} from 'nestjs-projections';
import { MODULUS, MULTIPLIER } from './fold';

export interface TallyOptions extends ProjectionOptions {
  /** @default every type */
  readonly types?: readonly [string, ...string[]];
  /** Happens between the two writes of an event, so that half an application shows. */
  readonly fault?: (event: RecordedEvent<TallyEvent>, context: ProjectionContext) => unknown;
}

interface TallyEvent {
  readonly amount: number;
}

/** The epoch is read in the transaction that the fence opened, so it is the one the writer wrote under. */
const LOG = `
  INSERT INTO tally_log (projection, position, stream_id, version, owner, epoch)
  SELECT $1, $2, $3, $4, $5, max(epoch) FROM projection_checkpoints WHERE projection = $1`;

const FOLD = `
  INSERT INTO tally_folds AS stored (projection, stream_id, n, fold) VALUES ($1, $2, 1, $3 % ${MODULUS})
  ON CONFLICT (projection, stream_id) DO UPDATE
    SET n = stored.n + 1, fold = (stored.fold * ${MULTIPLIER} + $3) % ${MODULUS}`;

/** A projection that logs every event with who applied it, and folds each stream by statements that add up. */
export function tally({ types, fault, ...options }: TallyOptions): Type<object> {
  const handles = types ? On(...types) : OnAny();
  const { name } = options;

  @Projection(options)
  class Tally {
    @handles
    async apply(event: RecordedEvent<TallyEvent>, context: ProjectionContext) {
      const { manager } = context;
      const { globalPosition, streamId, version, data } = event;
      await manager.query(LOG, [name, globalPosition, streamId, version, process.pid]);
      await fault?.(event, context);
      await manager.query(FOLD, [name, streamId, data.amount]);
    }
  }
  return Tally;
}
