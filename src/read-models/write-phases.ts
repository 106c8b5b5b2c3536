import type { WriteStep } from '../database/write-step';

/** When a step comes: what is taken away makes room first, and what is new comes last. */
export type WritePhases = readonly [
  deletes: readonly WriteStep[],
  updates: readonly WriteStep[],
  inserts: readonly WriteStep[],
];

/** Those of several tables, each phase of all of them before the next. */
export function inPhases(tables: readonly WritePhases[]): WriteStep[] {
  return [0, 1, 2].flatMap((phase) => tables.flatMap((phases) => phases[phase]!));
}
