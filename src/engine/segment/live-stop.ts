import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { DesiredState, StoredFailure } from '../../state/control.store';

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
  readonly definition: ProjectionDefinition;
  readonly liveStop: LiveStop | undefined;
}

/** What the database says of a projection, with what only this instance knows where it is live. */
export function asHere<Row extends Stored>({ definition, liveStop }: InThisProcess, row: Row): Row {
  if (definition.type !== 'live') return row;
  const holds = liveStop !== undefined && String(liveStop.generation) === String(row.generation);
  const state = holds ? 'stopped' : 'running';
  return {
    ...row,
    state: row.state === 'paused' ? row.state : state,
    failure: holds ? liveStop.failure : null,
  };
}
