import { setImmediate } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { TransactionEndedError, UnawaitedHandlerError } from '../failures/handler-conduct.errors';

const COMMENTS = String.raw`(?:\s+|--[^\n]*\n|/\*[^]*?\*/)*`;
const CONTROL = new RegExp(
  `^${COMMENTS}(begin|start\\s+transaction|commit|end|rollback(?!\\s+(?:(?:work|transaction)\\s+)?to\\b)|abort|prepare\\s+transaction)\\b`,
  'i',
);

/** @throws TransactionEndedError on a statement that would begin or end a transaction; savepoints are welcome */
export function refuseTransactionControl(sql: unknown): void {
  const control = typeof sql === 'string' ? CONTROL.exec(sql)?.[1] : undefined;
  if (control) throw new TransactionEndedError(control.toUpperCase(), false);
}

/**
 * The transaction of a batch as its handlers have it: a manager of their own, whose statements are watched. A statement
 * that ends the transaction is refused, and one that is sent after its handler has returned is found out: nobody awaits
 * it, so that it would count as applied without having been.
 */
export class HandlerStatements {
  readonly manager: EntityManager;
  private inFlight = 0;
  private mayCome = true;
  private over = false;
  private givenUp = false;
  private late = false;

  /** @param whenOver told of a statement that comes when all is done, and nothing can be rolled back any more */
  constructor(
    dataSource: DataSource,
    runner: QueryRunner,
    private readonly whenOver: (error: UnawaitedHandlerError) => void,
  ) {
    // All but these is the runner's own, whatever state it is in.
    const watched = Object.create(runner) as { -readonly [K in keyof QueryRunner]: QueryRunner[K] };
    const send = (...args: Parameters<QueryRunner['query']>) => this.send(runner, args);
    watched.query = send as QueryRunner['query'];
    watched.release = () => Promise.resolve();
    // TypeORM would refuse a late statement by itself, and nobody would hear of it.
    Object.defineProperty(watched, 'isReleased', { get: () => !this.over && runner.isReleased });
    this.manager = dataSource.createEntityManager(watched);
    watched.manager = this.manager;
  }

  /** To be called before each handler. */
  begin(): void {
    this.mayCome = true;
  }

  /** Whether the handler that has just returned left statements unanswered. */
  get isBusy(): boolean {
    return this.inFlight > 0;
  }

  /**
   * Waits until nothing is on its way.
   * @throws UnawaitedHandlerError when more was sent meanwhile
   */
  async quiet(): Promise<void> {
    this.mayCome = false;
    // What awaits an answer has had its turn a turn of the loop later.
    do await setImmediate();
    while (this.inFlight > 0);
    if (this.late) throw new UnawaitedHandlerError(false);
  }

  /** @param applied whether all handlers succeeded: one that was given up may go on, and is not heard any more */
  end(applied: boolean): void {
    this.mayCome = false;
    this.over = applied;
    this.givenUp = !applied;
  }

  /** Whether a statement may be sent now. */
  admits(): boolean {
    if (!this.mayCome) this.noteLate();
    return this.mayCome;
  }

  private send(runner: QueryRunner, args: Parameters<QueryRunner['query']>): Promise<unknown> {
    if (this.givenUp)
      return Promise.reject(new Error('the handler was given up and its connection is released'));
    // Nobody awaits the answer, and a rejection that nobody awaits would end the process.
    if (!this.admits()) return new Promise(() => undefined);
    return this.sendNow(runner, args);
  }

  private async sendNow(runner: QueryRunner, args: Parameters<QueryRunner['query']>): Promise<unknown> {
    refuseTransactionControl(args[0]);
    this.inFlight++;
    try {
      return (await runner.query(...args)) as unknown;
    } finally {
      this.inFlight--;
    }
  }

  private noteLate(): void {
    if (this.over && !this.late) this.whenOver(new UnawaitedHandlerError(true));
    this.late = true;
  }
}
