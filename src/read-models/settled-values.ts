/** What the columns of a row in memory were settled to: what is still the same need not be looked at again. */
export class SettledValues {
  /**
   * For each column its value, and of a date the time, in two whole numbers so small that they lie in the array itself:
   * rows are many, and each place in memory that is looked at takes longer than all that is done here.
   */
  private readonly values: unknown[];

  constructor(columns: number) {
    this.values = Array.from({ length: columns * PLACES }, () => NOTHING);
  }

  /** Whether the value is the one noted for the column, and nobody has changed it in place. */
  has(at: number, value: unknown): boolean {
    const place = at * PLACES;
    if (!Object.is(value, this.values[place])) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (!(value instanceof Date)) return false;
    const time = value.getTime();
    return this.values[place + 1] === high(time) && this.values[place + 2] === low(time);
  }

  note(at: number, value: unknown): void {
    const place = at * PLACES;
    this.values[place] = value;
    if (!(value instanceof Date)) return;
    const time = value.getTime();
    this.values[place + 1] = high(time);
    this.values[place + 2] = low(time);
  }
}

/** Equal to no value of a row. */
const NOTHING = Symbol('nothing');

const PLACES = 3;
const SPLIT = 2 ** 30;

const high = (time: number): number => Math.floor(time / SPLIT);
const low = (time: number): number => time - Math.floor(time / SPLIT) * SPLIT;
