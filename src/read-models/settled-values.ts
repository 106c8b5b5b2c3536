/**
 * What the columns of a row in memory were settled to: for each its value, and of a date the time, in two whole numbers so
 * small that they lie in the array itself. Rows are many, and each place in memory that is looked at takes longer than all
 * that is done here.
 */
export type SettledValues = unknown[];

/** Notes what the columns of rows were settled to: what is still the same need not be looked at again. */
export class SettledColumns {
  /** Where the value of each column is. */
  private readonly places: readonly number[];
  private readonly nothing: SettledValues;

  /** @param dates for each column whether its values are dates */
  constructor(private readonly dates: readonly boolean[]) {
    let size = 0;
    this.places = dates.map((isDate) => (size += isDate ? DATE_PLACES : 1) - (isDate ? DATE_PLACES : 1));
    this.nothing = Array.from({ length: size }, () => NOTHING);
  }

  /** Of a row of which nothing is settled yet. */
  begin(): SettledValues {
    return this.nothing.slice();
  }

  /** Whether the value is the one noted for the column, and nobody has changed it in place. */
  has(settled: SettledValues, at: number, value: unknown): boolean {
    const place = this.places[at]!;
    if (!Object.is(value, settled[place])) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (!this.dates[at] || !(value instanceof Date)) return false;
    const time = value.getTime();
    return settled[place + 1] === high(time) && settled[place + 2] === low(time);
  }

  note(settled: SettledValues, at: number, value: unknown): void {
    const place = this.places[at]!;
    settled[place] = value;
    if (!this.dates[at] || !(value instanceof Date)) return;
    const time = value.getTime();
    settled[place + 1] = high(time);
    settled[place + 2] = low(time);
  }
}

/** Equal to no value of a row. */
const NOTHING = Symbol('nothing');

const DATE_PLACES = 3;
const SPLIT = 2 ** 30;

const high = (time: number): number => Math.floor(time / SPLIT);
const low = (time: number): number => time - Math.floor(time / SPLIT) * SPLIT;
