import type { RecordedEvent } from '../events/recorded-event';
import type { ProjectionContext } from './projection-context';
import type { ProjectionOptions, ProjectionType } from './projection-options';

/** A handler bound to its projection. */
export interface ProjectionHandler {
  readonly method: string;
  readonly replay: boolean;
  handle(event: RecordedEvent, context: ProjectionContext): unknown;
}

/** A projection as the engine sees it: checked, and free of decorators and Nest. */
export interface ProjectionDefinition {
  readonly name: string;
  readonly type: ProjectionType;
  readonly options: ProjectionOptions;
  /** The types it handles; `undefined` when it handles all. */
  readonly types: readonly string[] | undefined;
  handlersOf(type: string): readonly ProjectionHandler[];
}
