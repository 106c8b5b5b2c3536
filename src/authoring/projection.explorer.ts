import { Injectable, Scope } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { eventTypeOf } from '../events/event-class';
import { HANDLER_METADATA, PROJECTION_METADATA } from './authoring.constants';
import {
  DuplicateHandlerError,
  DuplicateProjectionError,
  MissingProjectionDecoratorError,
  NoHandlersError,
  RequestScopedProjectionError,
  UnnamedEventError,
} from './authoring.errors';
import type { HandlerMetadata } from './handler-metadata';
import { HandlerTable } from './handler-table';
import type { ProjectionDefinition, ProjectionHandler } from './projection-definition';
import type { ProjectionOptions } from './projection-options';
import { checkProjectionOptions } from './projection-options.check';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];
type ProviderClass = abstract new (...args: never[]) => unknown;

/** Finds the projections among the application's providers, wherever they are provided. */
@Injectable()
export class ProjectionExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws the errors of `authoring.errors.ts` on what is wired wrongly */
  explore(): ProjectionDefinition[] {
    const found = new Map<
      string,
      { definition: ProjectionDefinition; owner: ProviderClass; instance: unknown }
    >();
    for (const provider of this.discovery.getProviders()) {
      const owner = classOf(provider);
      if (!owner) continue;
      const options = Reflect.getOwnMetadata(PROJECTION_METADATA, owner) as ProjectionOptions | undefined;
      const methods = this.handlerMethods(owner);
      if (!options) {
        if (methods[0]) throw new MissingProjectionDecoratorError(owner.name, methods[0].method);
        continue;
      }
      const other = found.get(options.name);
      // An alias (`useExisting`) shows the same instance under a second token.
      if (other && other.owner === owner && other.instance === provider.instance) continue;
      if (other) throw new DuplicateProjectionError(options.name, [other.owner.name, owner.name]);
      const definition = define(provider, owner, options, methods);
      found.set(options.name, { definition, owner, instance: provider.instance });
    }
    return [...found.values()].map(({ definition }) => definition);
  }

  private handlerMethods(owner: ProviderClass): { method: string; metadata: HandlerMetadata }[] {
    const prototype = owner.prototype as object | undefined;
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
      const declared = Reflect.getMetadata(HANDLER_METADATA, prototype, method) as
        HandlerMetadata[] | undefined;
      return (declared ?? []).map((metadata) => ({ method, metadata }));
    });
  }
}

function classOf({ instance, metatype }: Provider): ProviderClass | undefined {
  // A factory's metatype is the factory; only what it made tells the class.
  const made = (instance as object | null | undefined)?.constructor;
  const owner = made && made !== Object ? made : metatype;
  return typeof owner === 'function' ? (owner as ProviderClass) : undefined;
}

function define(
  provider: Provider,
  owner: ProviderClass,
  options: ProjectionOptions,
  methods: { method: string; metadata: HandlerMetadata }[],
): ProjectionDefinition {
  checkProjectionOptions(options, owner.name);
  if (
    provider.scope === Scope.REQUEST ||
    provider.scope === Scope.TRANSIENT ||
    !provider.isDependencyTreeStatic()
  )
    throw new RequestScopedProjectionError(options.name, owner.name);

  const table = new HandlerTable();
  const instance = provider.instance as Record<string, ProjectionHandler['handle']>;
  for (const { method, metadata } of methods) {
    const handler: ProjectionHandler = {
      method,
      replay: metadata.options.replay ?? true,
      handle: (event, context) => instance[method]!(event, context),
    };
    for (const type of typesOf(metadata, options.name, method)) {
      const taken = type === undefined ? table.addAny(handler) : table.add(type, handler);
      if (taken) throw new DuplicateHandlerError(options.name, type ?? 'every event', [taken.method, method]);
    }
  }
  if (table.size === 0) throw new NoHandlersError(options.name, owner.name);
  return {
    name: options.name,
    type: options.type ?? 'persistent',
    options,
    types: table.types,
    handlersOf: (type) => table.handlersOf(type),
  };
}

function typesOf({ events }: HandlerMetadata, projection: string, method: string): (string | undefined)[] {
  if (events === 'any') return [undefined];
  const types = events.map((event) => eventTypeOf(event));
  if (types.length === 0 || types.includes(undefined)) throw new UnnamedEventError(projection, method);
  return types;
}
