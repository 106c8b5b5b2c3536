import type { RecordedEvent } from '../../events/recorded-event';

/** A function that goes through a list without an end would never come back from a value without an end. */
const MOST_STEPS = 1_000;

/** Without what functions have of their own. */
const NOTHING = (): void => undefined;
Reflect.deleteProperty(NOTHING, 'name');
Reflect.deleteProperty(NOTHING, 'length');
Object.freeze(NOTHING);

/**
 * What a function makes of an event of whose data nothing is known but that each part is itself: reading `data.day`
 * gives "data.day", calling a method of it gives "data.day.slice(0,10)". Functions that read other parts, or join them
 * in another way, give another text, however they are written.
 */
export function traceOf(make: (event: RecordedEvent) => unknown): string {
  let steps = 0;
  const step = (): void => {
    if (++steps > MOST_STEPS) throw new Error('it does not end');
  };
  const paths = new WeakMap<object, string>();
  const textOf = (value: unknown): string => {
    if (typeof value === 'function') return paths.get(value) ?? 'a function';
    return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'undefined');
  };
  const valueOf = (path: string): unknown => {
    const value: object = new Proxy(NOTHING, {
      get: (_, property) => {
        step();
        if (property === Symbol.toPrimitive) return () => `<${path}>`;
        if (property === 'toJSON' || property === 'toString' || property === 'valueOf')
          return () => `<${path}>`;
        // A list of which nothing is known has no elements, and no promise is waited for.
        if (property === Symbol.iterator) return () => [][Symbol.iterator]();
        if (typeof property === 'symbol' || property === 'then') return undefined;
        return valueOf(`${path}.${property}`);
      },
      apply: (_, __, args: unknown[]) => {
        step();
        return valueOf(`${path}(${args.map(textOf).join()})`);
      },
    });
    paths.set(value, `<${path}>`);
    return value;
  };
  try {
    return textOf(make(eventOf(valueOf)));
  } catch {
    // Whatever it says of such an event, which differs between versions of Node.js.
    return 'throws';
  }
}

/** What every event has is of its kind, and unlike anything else; of the data and metadata nothing is known. */
function eventOf(valueOf: (path: string) => unknown): RecordedEvent {
  return Object.freeze({
    id: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    streamId: 'stream-4711:of/some.kind_08 15',
    type: 'SomeTypeOfEvent',
    data: valueOf('data'),
    metadata: valueOf('metadata') as RecordedEvent['metadata'],
    version: 23,
    globalPosition: 4_242n,
    recordedAt: new Date('2001-02-03T04:05:06.789Z'),
  });
}
