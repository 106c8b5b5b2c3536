import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { RecordedEvent } from '../events/recorded-event';
import type { ProjectionContext, RowContext } from './projection-context';
import type { KeyCallback } from './key-callback';
import type { Backoff, OnError, ProjectionOptions, ProjectionType, RowKeyOf } from './projection-options';

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

/** What a projection says of itself, or else the module, or else the field's custom. */
export interface ProjectionSettings {
  /** The name of the source that its events come from; `undefined` for the module's event store. */
  readonly source: string | undefined;
  readonly startFrom: NonNullable<ProjectionOptions['startFrom']>;
  readonly version: number;
  readonly segments: number;
  readonly segmentBy: KeyCallback;
  readonly parkBy: KeyCallback;
  /** Tries of an event in all. */
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly onError: OnError;
  readonly maxDeadLetters: number;
  readonly handlerTimeoutMs: number;
  readonly batchSize: number;
}

/** A projection as the engine sees it: checked, free of decorators and Nest, and with nothing left open. */
export interface ProjectionDefinition extends ProjectionSettings {
  readonly name: string;
  readonly type: ProjectionType;
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
