/** Facts about an event that are not part of it: who caused it, correlation ids, a trace context. */
export type EventMetadata = Readonly<Record<string, unknown>>;
