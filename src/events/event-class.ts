/**
 * A class that stands for an event type: its static `type`, or else its name, is the type's name. The name of a class
 * changes under a minifier; give classes a static `type` where the code is bundled.
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

/**
 * The static `type` that a class has from its base class as a fixed value. A getter may make it from the class it is
 * asked on, and so is the class's own.
 */
export function inheritedTypeOf(event: string | EventClass): string | undefined {
  if (typeof event === 'string' || Object.hasOwn(event, 'type')) return undefined;
  for (let at = baseOf(event); at !== null; at = baseOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, 'type');
    if (descriptor) return typeof descriptor.value === 'string' ? descriptor.value : undefined;
  }
  return undefined;
}

const baseOf = (of: object) => Object.getPrototypeOf(of) as object | null;
