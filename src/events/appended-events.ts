import type { AppendResult } from './event-store';

/** Which events an append wrote, for whoever waits for them. */
export interface AppendedEvents {
  readonly streamId: string;
  /** The position of the first of them. */
  readonly first: bigint;
  readonly count: number;
}

/** Beside the result and not in it: what callers see, compare and store stays two numbers. */
const appended = new WeakMap<AppendResult, AppendedEvents>();

export function rememberAppended(result: AppendResult, events: AppendedEvents): void {
  appended.set(result, events);
}

/** `undefined` for a result that was copied, or of an append that wrote nothing. */
export function appendedEvents(result: AppendResult): AppendedEvents | undefined {
  return appended.get(result);
}
