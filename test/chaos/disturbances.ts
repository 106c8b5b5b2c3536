import { isTransientError } from '../../src/engine/failures/transient-error';
import type { Random } from '../examples/fold/random';
import type { Fleet } from '../processes/fleet';

/** What operators, machines and networks do to a fleet. */
export class Disturbances {
  private readonly orders: Promise<unknown>[] = [];
  private readonly kinds = [
    () => this.kill(),
    () => this.freeze(),
    () => this.thaw(),
    () => this.cut(),
    () => this.pause(),
    () => this.resume(),
    () => this.retry(),
    () => this.retry(),
  ];

  constructor(
    private readonly fleet: Fleet,
    private readonly random: Random,
    private readonly projections: readonly string[],
  ) {}

  next(): Promise<void> {
    return this.random.oneOf(this.kinds)();
  }

  /** Resolves when everything runs again and all orders are carried out. */
  async end(): Promise<void> {
    await this.thaw();
    this.fleet.relaunch();
    for (const name of this.projections) await insist(() => this.fleet.app.projections.resume(name));
    await Promise.all(this.orders);
  }

  private async kill(): Promise<void> {
    await this.fleet.kill(this.anyone());
    this.fleet.launch();
  }

  private async freeze(): Promise<void> {
    this.anyone().pause();
  }

  private async thaw(): Promise<void> {
    for (const worker of this.fleet.workers) worker.unpause();
  }

  private async cut(): Promise<void> {
    await this.fleet.cut(this.anyone());
  }

  private async pause(): Promise<void> {
    const name = this.random.oneOf(this.projections);
    await insist(() => this.fleet.app.projections.pause(name));
  }

  private async resume(): Promise<void> {
    const name = this.random.oneOf(this.projections);
    await insist(() => this.fleet.app.projections.resume(name));
  }

  /** Not waited for: its owner may be dead or frozen, and whoever follows must carry the order out. */
  private async retry(): Promise<void> {
    const name = this.random.oneOf(this.projections);
    const order = insist(() => this.fleet.app.projections.retryDeadLetters(name));
    order.catch(() => undefined);
    this.orders.push(order);
  }

  private anyone() {
    return this.random.oneOf(this.fleet.workers);
  }
}

const TRIES = 5;

/** As an operator does where a connection was lost: a frozen worker may keep a row locked for as long as one lives. */
async function insist(order: () => Promise<unknown>, tries = TRIES): Promise<void> {
  try {
    await order();
  } catch (error) {
    if (tries === 1 || !isTransientError(error)) throw error;
    await insist(order, tries - 1);
  }
}
