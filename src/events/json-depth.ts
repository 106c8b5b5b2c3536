/**
 * How many objects and arrays of an event may be nested in each other: whatever copies or writes them calls itself for each
 * level, as deep in calls of its own as a user's function has it do so, and Node's stack ends at some thousands.
 */
export const MAX_DEPTH = 1_000;
