import { AsyncLocalStorage } from 'node:async_hooks';

/** What is under way for a key, and who comes behind it. */
interface Turn {
  readonly key: object;
  over: boolean;
  /** What was begun within it. */
  readonly inner: { last: Promise<unknown> };
}

/**
 * Appends at once in one transaction would share its connection, and each would take the other's savepoint for its own:
 * they go one after the other. One that a handler makes while it runs for another belongs to that, and does not wait.
 */
export class AppendQueue {
  private readonly queues = new WeakMap<object, { last: Promise<unknown> }>();
  private readonly turns = new AsyncLocalStorage<Turn>();

  run<T>(key: object, work: () => Promise<T>): Promise<T> {
    const queue = this.queueOf(key);
    const result = queue.last.then(() => this.take(key, work));
    queue.last = result.catch(() => undefined);
    return result;
  }

  private async take<T>(key: object, work: () => Promise<T>): Promise<T> {
    const turn: Turn = { key, over: false, inner: { last: Promise.resolve() } };
    try {
      return await this.turns.run(turn, work);
    } finally {
      turn.over = true;
    }
  }

  private queueOf(key: object): { last: Promise<unknown> } {
    const turn = this.turns.getStore();
    if (turn && turn.key === key && !turn.over) return turn.inner;
    let queue = this.queues.get(key);
    if (!queue) this.queues.set(key, (queue = { last: Promise.resolve() }));
    return queue;
  }
}
