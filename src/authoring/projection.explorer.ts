import { Injectable, Scope } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
// Its extension is for Nest 11 in ESM.
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
import { PROJECTION_METADATA } from './authoring.constants';
import {
  DuplicateProjectionError,
  MissingProjectionDecoratorError,
  RequestScopedProjectionError,
  UncalledHandlerError,
} from './authoring.errors';
import { defineProjection } from './define-projection';
import { type HandlerClass, handlerMethodsOf } from './handler-methods';
import type { ProjectionDefaults } from './projection-defaults';
import type { ProjectionDefinition } from './projection-definition';
import type { ProjectionOptions } from './projection-options';
import { checkProjectionOptions } from './projection-options.check';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the projections among the application's providers, wherever they are provided. */
@Injectable()
export class ProjectionExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly modules: ModulesContainer,
  ) {}

  /** @throws the errors of `authoring.errors.ts` on what is wired wrongly */
  explore(defaults: ProjectionDefaults): ProjectionDefinition[] {
    this.refuseElsewhere();
    const found = new Map<
      string,
      { definition: ProjectionDefinition; owner: HandlerClass; instance: unknown }
    >();
    for (const provider of this.discovery.getProviders()) {
      const owner = classOf(provider);
      if (!owner) continue;
      const options = Reflect.getOwnMetadata(PROJECTION_METADATA, owner) as ProjectionOptions | undefined;
      const methods = handlerMethodsOf(owner);
      if (!options) {
        if (methods[0]) throw new MissingProjectionDecoratorError(owner.name, methods[0].method);
        continue;
      }
      const other = found.get(options.name);
      // An alias (`useExisting`) shows the same instance under a second token.
      if (other && other.owner === owner && other.instance === provider.instance) continue;
      if (other) throw new DuplicateProjectionError(options.name, [other.owner.name, owner.name]);
      checkProjectionOptions(options, owner.name);
      checkScope(provider, owner, options.name);
      const definition = defineProjection(
        options,
        owner.name,
        provider.instance as object,
        methods,
        defaults,
      );
      found.set(options.name, { definition, owner, instance: provider.instance });
    }
    return [...found.values()].map(({ definition }) => definition);
  }

  /** A provider that Nest has yet to make, so that it is too early to explore; `undefined` when there is none. */
  unmade(): string | undefined {
    const waiting = this.discovery.getProviders().find(isUnmade);
    return waiting && nameOf(waiting);
  }

  /** Only providers are projections; what Nest makes otherwise is never asked. */
  private refuseElsewhere(): void {
    for (const controller of this.discovery.getControllers()) refuse(controller, 'a controller');
    for (const { injectables } of this.modules.values())
      for (const enhancer of injectables.values())
        refuse(enhancer, 'used as a guard, interceptor, pipe or filter');
  }
}

function refuse(wrapper: Provider, what: string): void {
  const owner = classOf(wrapper);
  if (!owner) return;
  const [handler] = handlerMethodsOf(owner);
  if (!handler && !Reflect.hasOwnMetadata(PROJECTION_METADATA, owner)) return;
  throw new UncalledHandlerError(
    owner.name,
    handler?.method,
    `${owner.name} is ${what}, and only providers are projections`,
    'move the handlers to a class of their own with @Projection, and list it in forFeature or in the providers of a module',
  );
}

function classOf({ instance, metatype }: Provider): HandlerClass | undefined {
  // A factory's metatype is the factory; only what it made tells the class.
  const made = (instance as object | null | undefined)?.constructor;
  const owner = made && made !== Object ? made : metatype;
  return typeof owner === 'function' ? (owner as HandlerClass) : undefined;
}

/** What is made for each request, or for whoever injects it, is never a projection. */
function isUnmade(provider: Provider): boolean {
  if (provider.scope === Scope.TRANSIENT || isForEachRequest(provider)) return false;
  return !provider.getInstanceByContextId(STATIC_CONTEXT).isResolved;
}

/** Nest's own answer is kept for good, and so must not be asked for before all is made. */
function isForEachRequest(provider: Provider, seen = new Set<Provider>()): boolean {
  if (seen.has(provider)) return false;
  seen.add(provider);
  if (provider.scope === Scope.REQUEST) return true;
  const injected = [
    ...((provider.getCtorMetadata() as Provider[] | undefined) ?? []),
    ...((provider.getPropertiesMetadata() as { wrapper: Provider }[] | undefined) ?? []).map(
      ({ wrapper }) => wrapper,
    ),
  ];
  return injected.some((one) => one && isForEachRequest(one, seen));
}

function nameOf({ token, name }: Provider): string {
  return typeof token === 'function' ? token.name : String(name ?? token);
}

function checkScope(provider: Provider, owner: HandlerClass, projection: string): void {
  const { scope } = provider;
  if (scope === Scope.REQUEST || scope === Scope.TRANSIENT || !provider.isDependencyTreeStatic())
    throw new RequestScopedProjectionError(projection, owner.name);
}
