import type { DataSource } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import { tableName } from '../state/table-name';
import type { EngineState } from './coordination/engine-state';
import { ProjectionTypeChangedError } from './coordination/projection-type-changed.error';
import type { InlineProjection } from './inline/inline-projection';
import { kindOf } from './kinds/kind-of';

/** What the database has of a projection must be of its type: an inline one has a mark beside its checkpoint. */
export class TypeCheck {
  constructor(
    private readonly dataSource: DataSource,
    private readonly state: EngineState,
    private readonly inlineOf: (projection: string) => InlineProjection | undefined,
  ) {}

  /**
   * Makes the mark where the projection is new.
   * @throws ProjectionTypeChangedError
   */
  async check(definition: ProjectionDefinition): Promise<void> {
    const { inlineMarks } = this.state;
    const { name } = definition;
    const kind = kindOf(definition);
    const { joinsAppends } = kind;
    const byAppends = await inlineMarks.read(name);
    const isOfAnotherType = joinsAppends
      ? byAppends === undefined && (await this.hasEndedReplays(name))
      : byAppends;
    const marks = tableName(this.dataSource, 'projection_inline_marks');
    if (isOfAnotherType) throw new ProjectionTypeChangedError(name, kind, marks);
    if (!joinsAppends) return;
    await inlineMarks.create(name);
    this.inlineOf(name)?.marked();
  }

  private async hasEndedReplays(name: string): Promise<boolean> {
    const checkpoints = await this.state.checkpoints.readAll(name);
    return checkpoints.some(({ replayUntil }) => replayUntil === undefined);
  }
}
