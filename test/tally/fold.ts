/** A fold that no other order of the same events gives, within what JavaScript and PostgreSQL compute exactly. */
export const MULTIPLIER = 31;
export const MODULUS = 1_000_003;

export interface Fold {
  readonly n: number;
  readonly fold: number;
}

export function add({ n, fold }: Fold, amount: number): Fold {
  return { n: n + 1, fold: (fold * MULTIPLIER + amount) % MODULUS };
}
