/** Mulberry32: small, seeded, and good enough to mix events. */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** An amount with cents. */
  money(below: number): number {
    return this.below(below * 100) / 100;
  }

  time(): string {
    return new Date(
      Date.UTC(2025, 0, 1 + this.below(12), this.below(24), this.below(60), 0, this.below(1000)),
    ).toISOString();
  }
}
