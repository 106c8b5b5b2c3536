/** The batch before the one that was asked for could not be written. */
export class WriteAheadFailed extends Error {
  constructor(cause: unknown) {
    super('A batch could not be written', { cause });
  }
}
