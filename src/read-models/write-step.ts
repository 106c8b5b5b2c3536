import type { Place } from './row-sql';

/** One statement that saves rows of a table, with its parameters. */
export interface WriteStep {
  readonly table: string;
  /** What it is, so that steps of the same kind have the same text. */
  readonly kind: string;
  /** For when it is sent by itself. */
  readonly text: string;
  /** For when it is a part of a larger statement: queries with their names, the one that counts rows last. */
  readonly parts: (name: string, place: Place) => readonly (readonly [name: string, query: string])[];
  readonly values: readonly string[];
  /** How many rows it has to write. */
  readonly count: number;
}

/** When a step comes: what is taken away makes room first, and what is new comes last. */
export type WritePhases = readonly [
  deletes: readonly WriteStep[],
  updates: readonly WriteStep[],
  inserts: readonly WriteStep[],
];
