import type { DesiredState, StoredFailure } from '../../state/projection-state';
import type { Kind } from '../kinds/kind';

/** Why a live projection has stopped in this instance: every instance has its own, and none outlasts the process. */
export interface LiveStop {
  readonly failure: StoredFailure;
  /** Of the projection when it stopped: a resumption, which is for all instances, begins another one. */
  readonly generation: number;
}

interface Stored {
  readonly state: DesiredState;
  readonly failure: StoredFailure | null;
  readonly generation: number | string;
}

interface InThisProcess {
  readonly kind: Kind;
  readonly liveStop: LiveStop | undefined;
}

/** What the database says of a projection, with what only this instance knows where it is live. */
export function asHere<Row extends Stored>({ kind, liveStop }: InThisProcess, row: Row): Row {
  if (kind.keepsCheckpoint) return row;
  const holds = liveStop !== undefined && String(liveStop.generation) === String(row.generation);
  const state = holds ? 'stopped' : 'running';
  return {
    ...row,
    state: row.state === 'paused' ? row.state : state,
    failure: holds ? liveStop.failure : null,
  };
}
