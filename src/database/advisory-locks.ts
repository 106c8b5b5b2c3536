/**
 * The advisory locks of the module, all of them: numbers that nobody else takes, beside whatever the application locks.
 * Those with two keys are told apart by the first.
 */

/** Held while the module's tables are made: "projections" on a telephone keypad. */
export const MIGRATION_LOCK = 77653284667;

/** First key of the gate of an inline projection ("proj"); the second is the hash of its name. */
export const GATE_LOCKS = 0x70726f6a;

/** Marks a transaction that changes checkpoints and is no batch ("prok", and any number). */
export const EXEMPTION_LOCK: readonly [number, number] = [0x70726f6b, 1];
