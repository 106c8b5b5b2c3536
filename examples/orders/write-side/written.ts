/** What a command answers: what was written to, and where the stream and the store stand after it. */
export interface Written {
  readonly id: string;
  readonly version: number;
  readonly globalPosition: bigint;
}
