/** What operators, or a failure, want of a projection, wherever it runs. */
export type DesiredState = 'running' | 'paused' | 'stopped';

/** Why a projection stopped; stored, so that any process can tell. */
export interface StoredFailure {
  readonly name: string;
  readonly message: string;
  readonly at: string;
  readonly instance: string;
  /** The position of the event it stopped before; absent where no single event is to blame. */
  readonly position?: string;
  /** Where the checkpoint of the segment stood: everything behind that waits for the event. */
  readonly after?: string;
  readonly segment: number;
}

export interface StateRow {
  readonly projection: string;
  readonly version: number;
  readonly state: DesiredState;
  readonly failure: StoredFailure | null;
  /** Grows with every reset of the checkpoints, and when an operator has it run again. */
  readonly generation: number;
  /** Into how many segments its checkpoints are cut. */
  readonly segments: number;
  /** Into how many they are to be cut. */
  readonly segmentsWanted: number;
  /** The position behind which it begins, as text; `null` where that was never noted. */
  readonly beginsAfter: string | null;
  /** Up to where events were history when it was registered, as text; `null` where that was never noted. */
  readonly historyUntil: string | null;
  /** Whether it is inline and appends apply its events. */
  readonly byAppends: boolean;
  /** The identity of the `segmentBy` that the segments were made with; `null` where that was not noted yet. */
  readonly segmentedBy: string | null;
  /** The identity of the `segmentBy` that the next segments are to be made with. */
  readonly segmentByWanted: string | null;
  /** Whether the segments run up to a barrier, to be made anew there. */
  readonly resegmenting: boolean;
}
