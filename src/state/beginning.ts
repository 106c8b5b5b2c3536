/** Where a new projection begins. */
export interface Beginning {
  /** The position behind which its first event lies. */
  readonly after: bigint;
  /** The last position that is history to it. */
  readonly historyUntil: bigint;
}
