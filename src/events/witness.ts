import type { RecordedEvent } from './recorded-event';

/** An event by which a store is known again: one where another event is at its position is another store. */
export interface Witness {
  readonly position: bigint;
  readonly id: string;
  /** Up to here no event of any type lay behind it when it was read. */
  readonly through: bigint;
}

export const witnessOf = (event: RecordedEvent | undefined): Witness | undefined =>
  event && { position: event.globalPosition, id: event.id, through: event.globalPosition };

/** The one furthest on of those that are no further than `through`, with what it says of the positions up to there. */
export function lastWitness(
  through: bigint,
  ...witnesses: readonly (Witness | null | undefined)[]
): Witness | undefined {
  let last: Witness | undefined;
  for (const witness of witnesses)
    if (witness && witness.position <= through && isBehind(last, witness)) last = witness;
  return last && { ...last, through: last.through < through ? last.through : through };
}

function isBehind(last: Witness | undefined, { position, through }: Witness): boolean {
  if (!last || last.position < position) return true;
  return last.position === position && last.through < through;
}
