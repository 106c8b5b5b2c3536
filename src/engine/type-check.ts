import type { DataSource } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import { tableName } from '../state/table-name';
import type { EngineState } from './coordination/engine-state';
import { ProjectionTypeChangedError } from './coordination/projection-type-changed.error';
import { kindOf } from './kinds/kind-of';

/**
 * What the database has of a projection must be of its type: an inline one has a mark beside its checkpoint, which is
 * made here where it is new.
 * @throws ProjectionTypeChangedError
 */
export async function checkType(
  definition: ProjectionDefinition,
  { inlineMarks, checkpoints }: EngineState,
  dataSource: DataSource,
): Promise<void> {
  const { name } = definition;
  const kind = kindOf(definition);
  const { joinsAppends } = kind;
  const byAppends = await inlineMarks.read(name);
  const isOfAnotherType = joinsAppends
    ? byAppends === undefined &&
      (await checkpoints.readAll(name)).some(({ replayUntil }) => replayUntil === undefined)
    : byAppends;
  const marks = tableName(dataSource, 'projection_inline_marks');
  if (isOfAnotherType) throw new ProjectionTypeChangedError(name, kind, marks);
  if (joinsAppends) await inlineMarks.create(name);
}
