/** A promise that the test settles by hand. */
export class Deferred {
  release!: () => void;
  readonly released = new Promise<void>((resolve) => (this.release = resolve));
}
