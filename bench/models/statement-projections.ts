import type { Type } from '@nestjs/common';
import {
  On,
  Projection,
  type ProjectionContext,
  type ProjectionOptions,
  type RecordedEvent,
} from 'nestjs-projections';
import type { Model, Style } from './model';

type Statements = Pick<Model, 'name' | 'types' | 'statementsOf'>;

/** The styles that send statements: awaited one by one, or queued on the connection. */
export function statementProjection(
  { name, types, statementsOf }: Statements,
  style: Exclude<Style, 'row'>,
  options: Partial<ProjectionOptions>,
): Type<object> {
  const handles = On(...(types as [string, ...string[]]));

  @Projection({ name, ...options })
  class Awaited {
    @handles
    async on(event: RecordedEvent, { manager }: ProjectionContext) {
      for (const { text, values } of statementsOf(event)) await manager.query(text, [...values]);
    }
  }

  @Projection({ name, ...options })
  class Queued {
    @handles
    on(event: RecordedEvent, context: ProjectionContext) {
      for (const { text, values } of statementsOf(event)) context.execute(text, values);
    }
  }

  return style === 'transaction' ? Awaited : Queued;
}
