import { createHash } from 'node:crypto';
import type { QueryArrayConfig, QueryArrayResult } from 'pg';
import type { DataSource } from 'typeorm';

/** More texts than this are no fixed statements but have values in them, and would fill the server's memory. */
const MOST_TEXTS = 100;

/** How many times as often statements may be used as when their plans were made, before others are. */
const GROWTH = 4;

/** Another server does not know the name, or knows it already: behind a pooler in transaction mode. */
const REFUSED = new Set<unknown>(['26000', '42P05']);

/** Whether a statement failed only because of the name it was prepared under, so that it does better the next time. */
export function failedByName(error: unknown): boolean {
  return isRefused(error) || isOutdatedPlan(error);
}

function isRefused(error: unknown): boolean {
  return REFUSED.has((error as { code?: unknown }).code);
}

/** The table has changed that the plan was made for: the code, 0A000, says much else too. */
function isOutdatedPlan(error: unknown): boolean {
  return (error as { routine?: unknown }).routine === 'RevalidateCachedQuery';
}

interface Queryable {
  query<R extends unknown[]>(query: QueryArrayConfig): Promise<QueryArrayResult<R>>;
}

/** The data sources whose connections may be another server's every time. */
const refusing = new WeakSet<DataSource>();

/**
 * The names that statements are prepared under, so that the server parses and plans them once for each connection. A
 * plan made for a small table would stick when it has grown: after four times as many uses all names are new.
 */
export class StatementNames {
  private readonly prefixes = new Map<string, string>();
  private used = 0;
  private usedAtMost = 0;
  private generation = 0;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param uses what this use counts for, such as the rows it writes
   * @returns `undefined` where the statement is to go without a name
   */
  of(text: string, uses = 1): string | undefined {
    if (refusing.has(this.dataSource)) return undefined;
    this.used += uses;
    if (this.used > this.usedAtMost) this.renew();
    const prefix = this.prefixes.get(text) ?? this.add(text);
    return prefix && prefix + this.generation;
  }

  /** @returns whether a statement failed because of its name, and would do better the next time */
  observe(error: unknown): boolean {
    if (isRefused(error)) refusing.add(this.dataSource);
    else if (isOutdatedPlan(error)) this.renew();
    else return false;
    return true;
  }

  /** Sends a statement within a transaction, all of which fails where the name is refused, and does not the next time. */
  async send<R extends unknown[]>(
    to: Queryable,
    query: QueryArrayConfig,
    uses?: number,
  ): Promise<QueryArrayResult<R>> {
    try {
      return await to.query<R>({ ...query, name: this.of(query.text, uses) });
    } catch (error) {
      this.observe(error);
      throw error;
    }
  }

  /** Sends a statement outside of transactions, if need be once more without a name. */
  async sendAlone<R extends unknown[]>(
    to: Queryable,
    query: QueryArrayConfig,
    uses?: number,
  ): Promise<QueryArrayResult<R>> {
    try {
      return await to.query<R>({ ...query, name: this.of(query.text, uses) });
    } catch (error) {
      if (!this.observe(error)) throw error;
      return to.query<R>(query);
    }
  }

  private renew(): void {
    this.usedAtMost = GROWTH * this.used;
    this.generation++;
  }

  private add(text: string): string | undefined {
    if (this.prefixes.size >= MOST_TEXTS) return undefined;
    const prefix = `projection_${createHash('sha1').update(text).digest('hex')}_`;
    this.prefixes.set(text, prefix);
    return prefix;
  }
}
