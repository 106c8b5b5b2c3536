import type { RecordedEvent } from './recorded-event';

/** An event by which a store is known again: one where another event is at its position is another store. */
export interface Witness {
  readonly position: bigint;
  readonly id: string;
}

export const witnessOf = (event: RecordedEvent | undefined): Witness | undefined =>
  event && { position: event.globalPosition, id: event.id };

/** The one furthest on of those that are no further than `through`. */
export function lastWitness(
  through: bigint,
  ...witnesses: readonly (Witness | undefined)[]
): Witness | undefined {
  let last: Witness | undefined;
  for (const witness of witnesses)
    if (witness && witness.position <= through && witness.position >= (last?.position ?? 0n)) last = witness;
  return last;
}
