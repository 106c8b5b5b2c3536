/** What the columns of a row in memory were settled to: what is still the same need not be looked at again. */
export class SettledValues {
  private readonly values: unknown[] = [];
  /** Of the dates among them. */
  private readonly times: number[] = [];

  /** Whether the value is the one noted for the column, and nobody has changed it in place. */
  has(at: number, value: unknown): boolean {
    if (!Object.is(value, this.values[at])) return false;
    if (typeof value !== 'object' || value === null) return true;
    return value instanceof Date && value.getTime() === this.times[at];
  }

  note(at: number, value: unknown): void {
    this.values[at] = value;
    if (value instanceof Date) this.times[at] = value.getTime();
  }
}
