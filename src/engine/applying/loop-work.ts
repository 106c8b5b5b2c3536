import { AsyncLocalStorage } from 'node:async_hooks';

/** What a projection does now and waits for before it gets on: handlers, or an effect of theirs. */
export interface LoopWork {
  readonly projection: string;
  /** Up to where it is applied before this has ended; `undefined` where that is not known. */
  readonly standsAt: () => bigint | undefined;
  /** Whatever it has left behind unawaited may wait as it likes. */
  isOver: boolean;
  readonly outer: LoopWork | undefined;
}

const current = new AsyncLocalStorage<LoopWork>();

/** Runs `work` so that whoever is called by it can tell where it was called from. */
export async function asLoopWork<T>(
  projection: string,
  standsAt: () => bigint | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const own: LoopWork = { projection, standsAt, isOver: false, outer: current.getStore() };
  try {
    return await current.run(own, work);
  } finally {
    own.isOver = true;
  }
}

/** The work of a projection that the caller is part of. */
export function loopWorkOf(projection: string): LoopWork | undefined {
  for (let work = current.getStore(); work; work = work.outer)
    if (work.projection === projection && !work.isOver) return work;
  return undefined;
}
