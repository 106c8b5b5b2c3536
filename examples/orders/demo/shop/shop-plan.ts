export interface ShopPlan {
  readonly seed: number;
  /** How many orders customers place. 0 is a shop that never opens. */
  readonly orders: number;
}

export const DEFAULT_PLAN = { seed: 20250101, orders: 5_000 } as const satisfies ShopPlan;
