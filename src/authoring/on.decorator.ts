import type { EventClass } from '../events/event-class';
import type { EventMap } from '../events/event-map';
import type { RecordedEvent } from '../events/recorded-event';
import type { Serialized } from '../events/serialized';
import { HANDLER_METADATA } from './authoring.constants';
import type { HandlerMetadata, HandlerOptions } from './handler-metadata';

type DataOf<E> =
  E extends EventClass<infer Data> ? Serialized<Data> : E extends keyof EventMap ? EventMap[E] : any;

/** A method decorator that compiles only where the method takes the events it is declared for. */
type HandlerDecorator<Data> = <H extends (event: RecordedEvent<Data>, ...rest: any[]) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<H>,
) => void;

type EventType = string | EventClass;

/**
 * Declares a method of a `@Projection` to be the handler of the given event types: names, or classes standing
 * for them (their static `type`, or else their name). Options come last.
 *
 * ```ts
 * @On('OrderShipped', 'OrderCompleted')
 * @On(OrderCreated)
 * @On('OrderShipped', { replay: false })
 * ```
 */
export function On<const E extends readonly [EventType, ...EventType[]]>(
  ...events: E
): HandlerDecorator<DataOf<E[number]>>;
export function On<const E extends readonly [EventType, ...EventType[]]>(
  ...eventsAndOptions: [...events: E, options: HandlerOptions]
): HandlerDecorator<DataOf<E[number]>>;
export function On(...args: (EventType | HandlerOptions)[]): HandlerDecorator<any> {
  const events = args.filter((arg): arg is EventType => typeof arg !== 'object');
  const options = args.find((arg): arg is HandlerOptions => typeof arg === 'object') ?? {};
  return declareHandler({ events, options });
}

/** Declares a method to be the handler of every event, after the `@On` handler of its type where there is one. */
export function OnAny(options: HandlerOptions = {}): HandlerDecorator<any> {
  return declareHandler({ events: 'any', options });
}

function declareHandler(metadata: HandlerMetadata): HandlerDecorator<any> {
  return (target, method) => {
    const declared = (Reflect.getOwnMetadata(HANDLER_METADATA, target, method) ?? []) as HandlerMetadata[];
    Reflect.defineMetadata(HANDLER_METADATA, [...declared, metadata], target, method);
  };
}
