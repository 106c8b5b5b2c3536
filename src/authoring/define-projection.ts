import { eventTypeOf } from '../events/event-class';
import {
  DuplicateHandlerError,
  MixedHandlersError,
  NoHandlersError,
  RowKeyMissingError,
  UnnamedEventError,
} from './authoring.errors';
import type { HandlerMetadata } from './handler-metadata';
import { HandlerTable, type TableEntry } from './handler-table';
import type { ProjectionDefinition, ProjectionHandler, RowHandler } from './projection-definition';
import type { ProjectionOptions } from './projection-options';

/** A method with one of its `@On`. */
export interface DeclaredHandler {
  readonly method: string;
  readonly metadata: HandlerMetadata;
}

/** What a checked projection's methods are to the engine. */
export function defineProjection(
  options: ProjectionOptions,
  className: string,
  instance: object,
  declared: readonly DeclaredHandler[],
): ProjectionDefinition {
  const { name, type = 'persistent' } = options;
  if (declared.length === 0) throw new NoHandlersError(name, className);
  const base = { name, type, options };
  const folding = declared.filter(({ metadata }) => options.row ?? metadata.options.row);
  if (folding.length > 0) {
    const other = declared.find((handler) => !folding.includes(handler));
    if (other) throw new MixedHandlersError(name, folding[0]!.method, other.method);
    const table = tableOf(name, declared, (handler) => toRowHandler(options, instance, handler));
    const rows = [...new Set(declared.map(({ metadata }) => (metadata.options.row ?? options.row)!))];
    const readModels = [...new Set([...(options.readModels ?? []), ...rows])];
    const of = (eventType: string) => table.handlersOf(eventType);
    return { ...base, types: table.types, readModels, handlers: { style: 'row', of, rows } };
  }
  const keyed = declared.find(({ metadata }) => options.key ?? metadata.options.key);
  if (keyed) throw new RowKeyMissingError(name, keyed.method, 'a key but no row');
  const table = tableOf(name, declared, (handler) => toHandler(instance, handler));
  const of = (eventType: string) => table.handlersOf(eventType);
  const readModels = options.readModels ?? [];
  return { ...base, types: table.types, readModels, handlers: { style: 'transaction', of } };
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

function typesOf(
  { method, metadata: { events } }: DeclaredHandler,
  projection: string,
): (string | undefined)[] {
  if (events === 'any') return [undefined];
  const types = events.map((event) => eventTypeOf(event));
  if (types.length === 0 || types.includes(undefined)) throw new UnnamedEventError(projection, method);
  return types;
}

function toHandler(instance: object, { method, metadata }: DeclaredHandler): ProjectionHandler {
  const methods = instance as Record<string, ProjectionHandler['handle']>;
  return {
    method,
    replay: metadata.options.replay ?? true,
    handle: (event, context) => methods[method]!(event, context),
  };
}

function toRowHandler(
  options: ProjectionOptions,
  instance: object,
  { method, metadata }: DeclaredHandler,
): RowHandler {
  const methods = instance as Record<string, RowHandler['handle']>;
  const row = (metadata.options.row ?? options.row)!;
  const key = metadata.options.key ?? options.key;
  if (!key) throw new RowKeyMissingError(options.name, method, 'a row but no key');
  return {
    method,
    replay: metadata.options.replay ?? true,
    row,
    key,
    handle: (event, current, context) => methods[method]!(event, current, context),
  };
}
