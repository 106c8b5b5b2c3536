import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { RecordedEvent } from '../events/recorded-event';
import type { ProjectionContext, RowContext } from './projection-context';
import type { ProjectionOptions, ProjectionType, RowKeyOf } from './projection-options';

/** A handler bound to its projection. */
export interface ProjectionHandler {
  readonly method: string;
  readonly replay: boolean;
  handle(event: RecordedEvent, context: ProjectionContext): unknown;
}

/** A handler that folds events into rows, bound to its projection. */
export interface RowHandler {
  readonly method: string;
  readonly replay: boolean;
  readonly row: EntityTarget<ObjectLiteral>;
  readonly key: RowKeyOf;
  handle(event: RecordedEvent, row: object | undefined, context: RowContext): unknown;
}

/** A projection as the engine sees it: checked, and free of decorators and Nest. */
export interface ProjectionDefinition {
  readonly name: string;
  readonly type: ProjectionType;
  readonly options: ProjectionOptions;
  /** The types it handles; `undefined` when it handles all. */
  readonly types: readonly string[] | undefined;
  /** The entities whose tables it owns, those that its handlers fold included. */
  readonly readModels: readonly EntityTarget<ObjectLiteral>[];
  /** All its handlers are of one style. */
  readonly handlers:
    | { readonly style: 'transaction'; readonly of: (type: string) => readonly ProjectionHandler[] }
    | {
        readonly style: 'row';
        readonly of: (type: string) => readonly RowHandler[];
        /** The entities they fold rows of. */
        readonly rows: readonly EntityTarget<ObjectLiteral>[];
      };
}
