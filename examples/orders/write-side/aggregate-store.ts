import { EventStore, type NewEvent, WrongExpectedVersionError } from 'nestjs-projections';
import type { Aggregate } from './aggregate';
import { AggregateExistsError, UnknownAggregateError } from './domain.errors';
import type { Written } from './written';

/** Reads a stream, lets a command decide on its state, and appends what was decided if nothing came in between. */
export abstract class AggregateStore<State, Event extends NewEvent> {
  constructor(
    private readonly store: EventStore,
    private readonly aggregate: Aggregate<State, Event>,
  ) {}

  /** @throws AggregateExistsError */
  async create(id: string, event: Event): Promise<Written> {
    try {
      const written = await this.store.append(this.streamOf(id), [event], { expectedVersion: 'no-stream' });
      return { id, ...written };
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      throw new AggregateExistsError(this.aggregate.kind, id);
    }
  }

  /**
   * @param decide gives the events, none where there is nothing to change, or throws what forbids them
   * @throws UnknownAggregateError, WrongExpectedVersionError
   */
  async change(id: string, decide: (state: State) => readonly Event[]): Promise<Written> {
    const events = await this.store.readStream(this.streamOf(id));
    const last = events.at(-1);
    if (!last) throw new UnknownAggregateError(this.aggregate.kind, id);
    const state = events.reduce(
      (folded, event) => this.aggregate.evolve(folded, event as unknown as Event),
      this.aggregate.initial,
    );
    const written = await this.store.append(this.streamOf(id), decide(state), {
      expectedVersion: last.version,
    });
    return { id, ...written };
  }

  private streamOf(id: string): string {
    return `${this.aggregate.kind}-${id}`;
  }
}
