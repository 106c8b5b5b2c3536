import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { EventClass } from '../events/event-class';
import type { RowKeyOf } from './projection-options';

/** How a handler is called. */
export interface HandlerOptions<Row extends ObjectLiteral = ObjectLiteral> {
  /** `false` skips the handler while history is replayed. @default true */
  readonly replay?: boolean;
  /** The entity whose rows this handler folds. @default the projection's row */
  readonly row?: EntityTarget<Row>;
  /** Which row, or rows, of it an event is folded into. @default the projection's key */
  readonly key?: RowKeyOf;
}

/** What `@On` and `@OnAny` leave on a method for the explorer. */
export interface HandlerMetadata {
  readonly events: readonly (string | EventClass)[] | 'any';
  readonly options: HandlerOptions;
}
