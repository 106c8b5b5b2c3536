import { ProjectionError } from '../events/projection.error';

/**
 * Two projections have the same name, and would share a checkpoint. Thrown at start. Rename one of them, or provide
 * the class in one module only.
 *
 * @publicApi
 */
export class DuplicateProjectionError extends ProjectionError {
  constructor(name: string, classes: readonly string[]) {
    super(
      `Projection "${name}" is declared twice, by ${classes.join(' and ')}: a name owns one checkpoint. ` +
        'Rename one of them, or provide the class in one module only.',
    );
  }
}

/**
 * A class has `@On` handlers and no `@Projection`, so nothing would call them. Thrown at start. Put
 * `@Projection({ name })` on the class.
 *
 * @publicApi
 */
export class MissingProjectionDecoratorError extends ProjectionError {
  constructor(className: string, method: string) {
    super(
      `${className}.${method} has @On, but ${className} is no projection and would never be called: ` +
        `put @Projection({ name: '...' }) on the class.`,
    );
  }
}

/**
 * A handler or a projection stands where nothing would call it: on a controller, a guard, a static method or a
 * property. Thrown at start. Make the handler a method of a provider with `@Projection`.
 *
 * @publicApi
 */
export class UncalledHandlerError extends ProjectionError {
  constructor(className: string, method: string | undefined, why: string, remedy: string) {
    const what = method === undefined ? `${className} has @Projection` : `${className}.${method} has @On`;
    super(`${what}, but would never be called: ${why}. Next: ${remedy}.`);
  }
}

/**
 * A decorator stands without its parentheses. Thrown when the file of the class is loaded. Write
 * `@Projection({ ... })`, `@On(...)` or `@OnAny()`.
 *
 * @publicApi
 */
export class BareDecoratorError extends ProjectionError {
  constructor(decorator: string, place: string) {
    super(`@${decorator} on ${place} lacks its parentheses: write @${decorator}(...).`);
  }
}

/**
 * `@On` was given `undefined`, as happens where files import each other in a circle. Thrown at start. Move the event
 * class to a file of its own, or pass the name of the type.
 *
 * @publicApi
 */
export class UndefinedEventError extends ProjectionError {
  constructor(name: string, place: string) {
    super(
      `Projection "${name}" has @On on ${place} with an event that is undefined when the decorator runs. Most likely a ` +
        'circular import: the file of the event class imports, perhaps by way of others, the file of the projection. ' +
        "Move the class to a file that imports neither, or pass the type's name.",
    );
  }
}

/**
 * `@On` was given a class whose static `type` is that of its base class. Thrown at start. Give the class a static
 * `type` of its own, or pass the name of the type.
 *
 * @publicApi
 */
export class InheritedEventTypeError extends ProjectionError {
  constructor(name: string, place: string, className: string, type: string) {
    super(
      `Projection "${name}" has @On on ${place} with the class ${className}, whose static type "${type}" is inherited: ` +
        `it would wait for events of the base class. Give ${className} a static type of its own, or pass the type's name.`,
    );
  }
}

/**
 * A projection handles no event. Thrown at start. Give a method `@On` or `@OnAny`, or remove the projection.
 *
 * @publicApi
 */
export class NoHandlersError extends ProjectionError {
  constructor(name: string, className: string) {
    super(
      `Projection "${name}" (${className}) has no handler: give a method @On('YourEvent') or @OnAny(), ` +
        'or remove the projection.',
    );
  }
}

/**
 * A projection has two handlers for one event type, whose order nothing decides. Thrown at start. Merge them, or move
 * one to a projection of its own.
 *
 * @publicApi
 */
export class DuplicateHandlerError extends ProjectionError {
  constructor(name: string, type: string, methods: readonly string[]) {
    super(
      `Projection "${name}" handles ${type} twice, in ${methods.join(' and ')}: ` +
        'merge the two handlers, or move one to a projection of its own.',
    );
  }
}

/**
 * Some handlers of a projection fold rows, and some write through a transaction: their order could not be kept.
 * Thrown at start. Give every handler a row and a key, or move one to a projection of its own.
 *
 * @publicApi
 */
export class MixedHandlersError extends ProjectionError {
  constructor(name: string, folding: string, writing: string) {
    super(
      `Projection "${name}" mixes styles: ${folding} folds a row and ${writing} does not. Rows are saved at the end of ` +
        'a batch, after all that other handlers write: give every handler a row and a key, or move one to a ' +
        'projection of its own.',
    );
  }
}

/**
 * A handler has a `row` without a `key`, or a `key` without a `row`. Thrown at start. Give both, on `@Projection` or
 * on `@On`.
 *
 * @publicApi
 */
export class RowKeyMissingError extends ProjectionError {
  constructor(name: string, method: string, problem: string) {
    super(
      `Projection "${name}": the handler ${method} has ${problem}. Give both, on @Projection or on its @On: ` +
        'row is the entity, and key says which of its rows an event changes.',
    );
  }
}

/**
 * `@On` was given something that names no event type. Thrown at start. Pass the name of a type, a named class, or a
 * class with a static `type`.
 *
 * @publicApi
 */
export class UnnamedEventError extends ProjectionError {
  constructor(name: string, method: string) {
    super(
      `Projection "${name}" has @On on ${method} with an event that has no usable name: ` +
        `pass a type name, a named class, or a class with static type = 'YourEvent'.`,
    );
  }
}

/**
 * A projection is request-scoped or transient, or injects a provider that is: Nest would make another one for each
 * request, of which the engine has none. Thrown at start. Make the projection and all that it injects singletons.
 *
 * @publicApi
 */
export class RequestScopedProjectionError extends ProjectionError {
  constructor(name: string, className: string) {
    super(
      `Projection "${name}" (${className}) is request-scoped, or depends on a provider that is, but events ` +
        'come without a request: make it and all it injects singletons.',
    );
  }
}

/**
 * An option of `@Projection`, or of its `@On`, cannot be right. Thrown at start. The message names the option and
 * what it may be.
 *
 * @publicApi
 */
export class InvalidProjectionOptionsError extends ProjectionError {
  constructor(name: string, problem: string) {
    super(`Projection "${name}" is declared wrongly: ${problem}.`);
  }
}
