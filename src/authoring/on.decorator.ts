import type { ObjectLiteral } from 'typeorm';
import type { EventClass } from '../events/event-class';
import type { EventMap } from '../events/event-map';
import type { RecordedEvent } from '../events/recorded-event';
import { HANDLER_KEYS_METADATA, HANDLER_METADATA } from './authoring.constants';
import { BareDecoratorError } from './authoring.errors';
import type { Serialized } from '../events/serialized';
import type { HandlerMetadata, HandlerOptions } from './handler-metadata';
import type { NoRow } from './no-row';

type DataOf<E> =
  E extends EventClass<infer Data> ? Serialized<Data> : E extends keyof EventMap ? EventMap[E] : any;

/**
 * A method decorator that compiles only where the method takes the events it is declared for, and returns what can be a
 * row where it is declared of which entity.
 */
type HandlerDecorator<Data, Row = any> = <H extends (event: RecordedEvent<Data>, ...rest: any[]) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<H> &
    ([NoRow<Awaited<ReturnType<H>>, Row>] extends [never]
      ? unknown
      : { readonly 'the handler returns what is no row': NoRow<Awaited<ReturnType<H>>, Row> }),
) => void;

/** Of an entity that is given by its name, nothing is known. */
type Known<Row> = string extends keyof Row ? any : Row;

/** Any name, until `EventMap` has entries: from then on a name that it has not is a slip of the pen. */
type EventName = [keyof EventMap] extends [never] ? string : keyof EventMap & string;

type EventType = EventName | EventClass;

/**
 * Declares a method of a `@Projection` to be the handler of the given event types: names, or classes that stand for
 * them by their static `type` or their name. Options come last. Where `EventMap` has entries, only its names compile.
 *
 * - `@On('OrderShipped', 'OrderCompleted')`: by the names of types
 * - `@On(OrderCreated)`: by a class
 * - `@On('OrderShipped', { replay: false })`: not for history
 *
 * The events are checked at start, with `UndefinedEventError`, `UnnamedEventError`, `InheritedEventTypeError` or
 * `DuplicateHandlerError`.
 *
 * @throws BareDecoratorError when it stands without parentheses
 *
 * @publicApi
 */
export function On<const E extends readonly [EventType, ...EventType[]]>(
  ...events: E
): HandlerDecorator<DataOf<E[number]>>;
export function On<const E extends readonly [EventType, ...EventType[]], Row extends ObjectLiteral>(
  ...eventsAndOptions: [...events: E, options: HandlerOptions<Row>]
): HandlerDecorator<DataOf<E[number]>, Known<Row>>;
export function On(...args: (EventType | HandlerOptions)[]): HandlerDecorator<any> {
  refuseBare('On', args);
  const last = args.at(-1);
  const options = isOptions(last) ? last : undefined;
  // What is no event, as the undefined of a circular import, is refused at start, where there is more to say.
  return declareHandler({
    events: (options ? args.slice(0, -1) : args) as EventType[],
    options: options ?? {},
  });
}

/**
 * Declares a method of a `@Projection` to be the handler of every event, after the `@On` handler of its type where
 * there is one: `@OnAny()`.
 *
 * @throws BareDecoratorError when it stands without parentheses
 *
 * @publicApi
 */
export function OnAny<Row extends ObjectLiteral>(
  options?: HandlerOptions<Row>,
): HandlerDecorator<any, Known<Row>>;
export function OnAny(options: HandlerOptions = {}): HandlerDecorator<any> {
  // oxlint-disable-next-line prefer-rest-params -- a decorator without parentheses gets more than it declares
  refuseBare('OnAny', [...arguments]);
  return declareHandler({ events: 'any', options });
}

function isOptions(value: unknown): value is HandlerOptions {
  return typeof value === 'object' && value !== null;
}

/** Without parentheses a decorator gets the method, and what it returns would replace it. */
function refuseBare(decorator: string, args: readonly unknown[]): void {
  const [target, method, descriptor] = args;
  if (args.length !== 3 || typeof target === 'string' || !isOptions(descriptor) || !('value' in descriptor))
    return;
  throw new BareDecoratorError(decorator, `${classOf(target as object).name}.${String(method)}`);
}

/** A decorator gets the prototype, or the class itself where the method is static. */
function classOf(target: object): { readonly name: string } {
  return typeof target === 'function' ? target : target.constructor;
}

function declareHandler(metadata: HandlerMetadata): HandlerDecorator<any> {
  return (target, method) => {
    const declared = (Reflect.getOwnMetadata(HANDLER_METADATA, target, method) ?? []) as HandlerMetadata[];
    Reflect.defineMetadata(HANDLER_METADATA, [...declared, metadata], target, method);
    const keys = (Reflect.getOwnMetadata(HANDLER_KEYS_METADATA, target) ?? []) as (string | symbol)[];
    Reflect.defineMetadata(HANDLER_KEYS_METADATA, [...new Set([...keys, method])], target);
  };
}
