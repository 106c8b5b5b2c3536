import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from 'nestjs-projections';
import { Random } from '../examples/fold/random';

const STREAMS = 20;
const CLIENTS = 2;
/** Between two appends of a client: a load that leaves a small machine room for what is tested. */
const PACE_MS = 25;

/** Clients that append until they are told to stop, whatever happens to the database meanwhile. */
export class Load {
  private on = true;
  private readonly clients: Promise<void>[];
  private last = 0n;

  constructor(
    private readonly store: EventStore,
    private readonly random = new Random(1),
    private readonly paceMs = PACE_MS,
  ) {
    this.clients = Array.from({ length: CLIENTS }, () => this.append());
  }

  /** The highest position that a client knows to be committed. */
  get position(): bigint {
    return this.last;
  }

  /** Resolves when nothing is under way; what fails from here on is not tried again. */
  async stop(): Promise<void> {
    this.on = false;
    await Promise.all(this.clients);
  }

  private async append(): Promise<void> {
    while (this.on) {
      const streamId = `stream-${this.random.below(STREAMS)}`;
      const events = Array.from({ length: 1 + this.random.below(2) }, () => ({
        id: randomUUID(),
        type: 'Counted',
        data: { amount: this.random.below(1000) },
      }));
      // An append whose answer was lost may have been made: the ids keep it from being made twice.
      const appended = await this.insist(() => this.store.append(streamId, events));
      if (appended && appended.globalPosition > this.last) this.last = appended.globalPosition;
      await delay(this.paceMs);
    }
  }

  private async insist<T>(work: () => Promise<T>): Promise<T | undefined> {
    do {
      try {
        return await work();
      } catch {
        await delay(PACE_MS);
      }
    } while (this.on);
    return undefined;
  }
}
