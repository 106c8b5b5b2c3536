import { HANDLER_KEYS_METADATA, HANDLER_METADATA } from './authoring.constants';
import { UncalledHandlerError } from './authoring.errors';
import type { DeclaredHandler } from './define-projection';
import type { HandlerMetadata } from './handler-metadata';

export type HandlerClass = abstract new (...args: never[]) => unknown;

/**
 * The methods of a class that `@On` or `@OnAny` declares handlers, its own before inherited ones.
 * @throws UncalledHandlerError where one is not what an instance can be asked to do
 */
export function handlerMethodsOf(owner: HandlerClass): DeclaredHandler[] {
  refuseStatic(owner);
  const prototype = owner.prototype as object | undefined;
  if (!prototype) return [];
  return [...declaredKeys(prototype)].flatMap((key) => {
    const method = String(key);
    if (!isMethod(prototype, key))
      throw new UncalledHandlerError(
        owner.name,
        method,
        `${method} is no method`,
        `make it a method: ${method}(event) { ... }`,
      );
    // The nearest declaration: a method that overrides one inherits what is declared of it.
    const declared = Reflect.getMetadata(HANDLER_METADATA, prototype, key) as HandlerMetadata[];
    return declared.map((metadata) => ({ key, method, metadata }));
  });
}

function refuseStatic(owner: HandlerClass): void {
  const [key] = declaredKeys(owner);
  if (key !== undefined)
    throw new UncalledHandlerError(
      owner.name,
      String(key),
      'it is static, and handlers are called on the instance',
      'leave out static',
    );
}

function declaredKeys(target: object): Set<string | symbol> {
  const keys = new Set<string | symbol>();
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null)
    for (const key of (Reflect.getOwnMetadata(HANDLER_KEYS_METADATA, at) ?? []) as (string | symbol)[])
      keys.add(key);
  return keys;
}

/** Looks without calling getters. */
function isMethod(prototype: object, key: string | symbol): boolean {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor) return typeof descriptor.value === 'function';
  }
  return false;
}
