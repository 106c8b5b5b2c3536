import { type EventClass, eventTypeOf, inheritedTypeOf } from '../events/event-class';
import {
  DuplicateHandlerError,
  InheritedEventTypeError,
  MixedHandlersError,
  NoHandlersError,
  RowKeyMissingError,
  UndefinedEventError,
  UnnamedEventError,
} from './authoring.errors';
import type { HandlerMetadata } from './handler-metadata';
import { HandlerTable, type TableEntry } from './handler-table';
import type { ProjectionDefinition, ProjectionHandler, RowHandler } from './projection-definition';
import { type ProjectionDefaults, settingsOf } from './projection-defaults';
import type { ProjectionOptions } from './projection-options';
import { checkHandlerOptions } from './projection-options.check';

/** A method with one of its `@On`. */
export interface DeclaredHandler {
  readonly key: string | symbol;
  /** The key as text. */
  readonly method: string;
  readonly metadata: HandlerMetadata;
}

/** What a checked projection's methods are to the engine. */
export function defineProjection(
  options: ProjectionOptions,
  className: string,
  instance: object,
  declared: readonly DeclaredHandler[],
  defaults: ProjectionDefaults,
): ProjectionDefinition {
  const { name, type = 'persistent' } = options;
  if (declared.length === 0) throw new NoHandlersError(name, className);
  for (const handler of declared) checkHandler(handler, name, className);
  const folding = declared.filter(({ metadata }) => options.row ?? metadata.options.row);
  if (folding.length > 0) {
    const other = declared.find((handler) => !folding.includes(handler));
    if (other) throw new MixedHandlersError(name, folding[0]!.method, other.method);
    const table = tableOf(name, declared, (handler) => toRowHandler(options, instance, handler));
    const rows = [...new Set(declared.map(({ metadata }) => (metadata.options.row ?? options.row)!))];
    const readModels = [...new Set([...(options.readModels ?? []), ...rows])];
    const of = (eventType: string) => table.handlersOf(eventType);
    const handlers = { style: 'row', of, rows } as const;
    return { ...settingsOf(options, 'row', defaults), name, type, types: table.types, readModels, handlers };
  }
  const keyed = declared.find(({ metadata }) => options.key ?? metadata.options.key);
  if (keyed) throw new RowKeyMissingError(name, keyed.method, 'a key but no row');
  const table = tableOf(name, declared, (handler) => toHandler(instance, handler));
  const of = (eventType: string) => table.handlersOf(eventType);
  const readModels = options.readModels ?? [];
  const handlers = { style: 'transaction', of } as const;
  return {
    ...settingsOf(options, 'transaction', defaults),
    name,
    type,
    types: table.types,
    readModels,
    handlers,
  };
}

function tableOf<Handler extends TableEntry>(
  projection: string,
  declared: readonly DeclaredHandler[],
  bind: (handler: DeclaredHandler) => Handler,
): HandlerTable<Handler> {
  const table = new HandlerTable<Handler>();
  for (const handler of declared)
    for (const type of typesOf(handler, projection)) {
      const taken = table.add(type, bind(handler));
      if (taken)
        throw new DuplicateHandlerError(projection, type ?? 'every event', [taken.method, handler.method]);
    }
  return table;
}

/** @throws InvalidProjectionOptionsError, UndefinedEventError, InheritedEventTypeError */
function checkHandler(
  { method, metadata: { events, options } }: DeclaredHandler,
  projection: string,
  className: string,
): void {
  const place = `${className}.${method}`;
  checkHandlerOptions(options, projection, place);
  if (events === 'any') return;
  for (const event of events as readonly (string | EventClass | null | undefined)[]) {
    if (event === undefined || event === null) throw new UndefinedEventError(projection, place);
    const inherited = inheritedTypeOf(event);
    if (inherited !== undefined)
      throw new InheritedEventTypeError(projection, place, (event as EventClass).name, inherited);
  }
}

function typesOf(
  { method, metadata: { events } }: DeclaredHandler,
  projection: string,
): (string | undefined)[] {
  if (events === 'any') return [undefined];
  const types = events.map((event) => eventTypeOf(event));
  if (types.length === 0 || types.includes(undefined)) throw new UnnamedEventError(projection, method);
  return types;
}

function toHandler(instance: object, { key, method, metadata }: DeclaredHandler): ProjectionHandler {
  const methods = instance as Record<string | symbol, ProjectionHandler['handle']>;
  return {
    method,
    replay: metadata.options.replay ?? true,
    handle: (event, context) => methods[key]!(event, context),
  };
}

function toRowHandler(
  options: ProjectionOptions,
  instance: object,
  { key: methodKey, method, metadata }: DeclaredHandler,
): RowHandler {
  const methods = instance as Record<string | symbol, RowHandler['handle']>;
  const row = (metadata.options.row ?? options.row)!;
  const key = metadata.options.key ?? options.key;
  if (!key) throw new RowKeyMissingError(options.name, method, 'a row but no key');
  return {
    method,
    replay: metadata.options.replay ?? true,
    row,
    key,
    handle: (event, current, context) => methods[methodKey]!(event, current, context),
  };
}
