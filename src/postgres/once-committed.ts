import type { QueryRunner } from 'typeorm';

const waiting = new WeakSet<QueryRunner>();

/**
 * Calls `committed` when the transaction of a runner is committed through it; once, however often it was asked. One that
 * is ended by a statement of the caller's own, or prepared, calls nothing.
 */
export function onceCommitted(runner: QueryRunner, committed: () => void): void {
  if (waiting.has(runner)) return;
  waiting.add(runner);
  const undo = [
    wrap(runner, 'commitTransaction', async (commit) => {
      await commit();
      // A savepoint's end is a commit too.
      if (runner.isTransactionActive) return;
      end();
      committed();
    }),
    wrap(runner, 'rollbackTransaction', async (rollBack) => {
      try {
        await rollBack();
      } finally {
        if (!runner.isTransactionActive) end();
      }
    }),
  ];
  const end = () => {
    waiting.delete(runner);
    for (const restore of undo) restore();
  };
}

/** @returns how to leave the method as it was */
function wrap(
  runner: QueryRunner,
  name: 'commitTransaction' | 'rollbackTransaction',
  around: (call: () => Promise<void>) => Promise<void>,
): () => void {
  const own = Object.getOwnPropertyDescriptor(runner, name);
  const call = runner[name].bind(runner);
  runner[name] = () => around(call);
  return () => {
    if (own) Object.defineProperty(runner, name, own);
    else delete (runner as Partial<QueryRunner>)[name];
  };
}
