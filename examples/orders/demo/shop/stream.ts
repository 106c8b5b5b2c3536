/** A stream that the shop writes, and how far. */
export class Stream {
  version = 0;

  constructor(readonly id: string) {}
}
