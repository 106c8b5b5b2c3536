export interface ProductAnswer {
  readonly product_id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: number;
  readonly tags: readonly string[];
  readonly created_at: Date;
  readonly updated_at: Date | null;
  readonly price_updated_at: Date | null;
}

/** Where products are looked for: PostgreSQL here, a search engine where one is at hand. */
export abstract class ProductSearch {
  /** The best matches first. */
  abstract find(text: string, limit: number): Promise<ProductAnswer[]>;
}
