import type { EventClass } from '../events/event-class';

export interface HandlerOptions {
  /** `false` skips the handler while history is replayed. @default true */
  readonly replay?: boolean;
}

/** What `@On` and `@OnAny` leave on a method for the explorer. */
export interface HandlerMetadata {
  readonly events: readonly (string | EventClass)[] | 'any';
  readonly options: HandlerOptions;
}
