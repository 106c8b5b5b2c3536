/**
 * A class that stands for an event type: its static `type`, or else its name, is the type's name. The name
 * of a class changes under a minifier; give classes a static `type` where the code is bundled.
 */
export interface EventClass<Data = unknown> {
  new (...args: never[]): Data;
  readonly type?: unknown;
}

/** The event type that a name or class stands for, or `undefined` where it has no usable name. */
export function eventTypeOf(event: string | EventClass): string | undefined {
  const name: unknown = typeof event === 'string' ? event : (event.type ?? event.name);
  return typeof name === 'string' && name.trim() !== '' ? name : undefined;
}
