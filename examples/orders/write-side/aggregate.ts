/** How the events of one kind of stream are folded into the state that rules are checked against. */
export interface Aggregate<State, Event> {
  /** What it is called in messages, and the prefix of its streams. */
  readonly kind: string;
  readonly initial: State;
  evolve(state: State, event: Event): State;
}
