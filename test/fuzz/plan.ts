import type { OnError } from 'nestjs-projections';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel';

export const TYPES = ['Added', 'Noted', 'Split', 'Passed', 'Removed'] as const;
export type EventType = (typeof TYPES)[number];

/** What an event carries. */
export interface FuzzData {
  /** Its number in the plan, by which faults are drawn. */
  readonly n: number;
  /** A small number that events of several streams share. */
  readonly k: number;
  readonly amount: number;
  readonly tags: readonly number[];
}

/** What orders events and names rows, or parks them: their stream, or the number they share as text or as it is. */
export type KeyBy = 'stream' | 'text' | 'number';

/** Ways to fail: for good, until somebody mends it, for the first tries, and for the first tries with an error that passes. */
export type FaultKind = 'poison' | 'mendable' | 'flaky' | 'transient';

/** Where it fails. */
export type FaultPlace = 'handler' | 'key' | 'segmentBy' | 'return';

export interface ProjectionPlan {
  readonly name: string;
  readonly type: 'persistent' | 'inline' | 'catch-up';
  readonly style: 'transaction' | 'execute' | 'row';
  /** `undefined`: every type. */
  readonly types: readonly [EventType, ...EventType[]] | undefined;
  /** At the first start; later starts may want others. */
  readonly segments: number;
  /** Whether it may have other segments one day. */
  readonly divisible: boolean;
  readonly keyBy: KeyBy;
  readonly onError: OnError;
  readonly parkBy: KeyBy;
  readonly attempts: number;
  readonly batchSize: number | undefined;
  readonly faultRate: number;
  readonly faultKinds: readonly FaultKind[];
  readonly faultPlaces: readonly FaultPlace[];
  readonly oddErrors: boolean;
  /** How long its handlers take over one event in eight, in milliseconds, so that much happens beside a batch. */
  readonly slowMs: number;
  /** Whether its handlers change the events that they are given. */
  readonly vandal: boolean;
  /** Whether its rows keep a reference to what is in an event. */
  readonly sharesValues: boolean;
}

export interface AppendPlan {
  readonly stream: string;
  readonly events: readonly { readonly type: EventType; readonly data: FuzzData }[];
}

/** Appends of one transaction. */
export interface CommitPlan {
  /** Of which instance, as a part of one. */
  readonly by: number;
  /** `undefined`: a transaction of the store's own for each append. */
  readonly isolation: IsolationLevel | undefined;
  readonly ends: 'commit' | 'rollback' | 'rollback to savepoint';
  readonly atOnce: boolean;
  readonly appends: readonly AppendPlan[];
}

export type Step =
  | { readonly do: 'append'; readonly atOnce: boolean; readonly commits: readonly CommitPlan[] }
  | { readonly do: 'pause' | 'resume' | 'rebuild' | 'catch-up' | 'wait-for'; readonly projection: string }
  | {
      readonly do: 'retry' | 'discard';
      readonly projection: string;
      /** Which letter, as a part of one. */
      readonly pick: number;
      readonly which: 'all' | 'one' | 'stream';
    }
  | { readonly do: 'restart'; readonly instance: number; readonly segments: Readonly<Record<string, number>> }
  | { readonly do: 'straggle'; readonly count: number }
  | { readonly do: 'end-straggler'; readonly commits: boolean }
  | { readonly do: 'cut'; readonly pick: number }
  | { readonly do: 'mend' | 'restart-server' | 'crash' | 'checkpoint' | 'settle' }
  | { readonly do: 'rest'; readonly ms: number };

/** Everything that is random about one run. What is up to time is in none. */
export interface Plan {
  readonly seed: number;
  readonly instances: 1 | 2;
  readonly poolSize: number;
  readonly listen: boolean;
  readonly isTransientThrows: boolean;
  readonly projections: readonly ProjectionPlan[];
  readonly steps: readonly Step[];
}
