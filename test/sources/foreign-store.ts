import type { EventSource, ForeignPlace } from 'nestjs-projections';
import type { TestDatabase } from '../support/database';

/** How a transaction that appends goes on after it has. */
export interface Fate {
  readonly lastsMs: number;
  readonly commits: boolean;
}

/** One connection of whoever writes somebody else's events. */
export interface ForeignWriter {
  /** @returns the position of the event; `undefined` where it was rolled back, or ran into another writer */
  append(streamId: string, amount: number, fate: Fate): Promise<bigint | undefined>;
  end(): Promise<void>;
}

/** A store of somebody else's. */
export interface ForeignStore {
  readonly name: string;
  source(place: ForeignPlace): EventSource;
  create(database: TestDatabase): Promise<void>;
  connect(url: string): Promise<ForeignWriter>;
}

/** The type of every event that writers append. */
export const COUNTED = 'Counted';

export const AT_ONCE: Fate = { lastsMs: 0, commits: true };
