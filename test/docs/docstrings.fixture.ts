export const undocumented = 0;

/**
 * A type that is marked.
 *
 * @publicApi
 */
export type Marked = string;

/**
 * A class with an example that an editor cuts.
 *
 * @example
 * ```ts
 * @Decorator()
 * class Decorated {}
 * ```
 *
 * @publicApi
 */
export class Examples {
  /**
   * @example
   * ```ts
   * examples.with();
   * ```
   */
  with(): void {
    this.hidden();
  }

  /** No example. */
  without(): void {}

  /** @internal */
  inside(): void {}

  private hidden(): void {}
}
