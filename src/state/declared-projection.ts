/** A projection as the code of an instance declares it. */
export interface DeclaredProjection {
  readonly name: string;
  readonly version: number;
  readonly segments: number;
  /** The identity of its `segmentBy`. */
  readonly segmentBy: string;
  /** The source that its checkpoints are positions of; `undefined` for the module's event store, and where it keeps none. */
  readonly source: string | undefined;
}
