/** What the columns of a row in memory were settled to: what is still the same need not be looked at again. */
export class SettledValues {
  private readonly values: unknown[] = [];

  /** Whether the value is the one noted for the column, and nobody has changed it in place. */
  has(at: number, value: unknown): boolean {
    if (!Object.is(value, this.values[2 * at])) return false;
    if (typeof value !== 'object' || value === null) return true;
    return value instanceof Date && value.getTime() === this.values[2 * at + 1];
  }

  note(at: number, value: unknown): void {
    this.values[2 * at] = value;
    if (value instanceof Date) this.values[2 * at + 1] = value.getTime();
  }
}
