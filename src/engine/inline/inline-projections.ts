import { Logger } from '@nestjs/common';
import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { BatchAppliers } from '../applying/batch-appliers';
import { AbsentInline } from './absent-inline';
import type { FallBackParts } from './inline-fall-back';
import { InlineProjection } from './inline-projection';

/** What all of them share. */
type Shared = Omit<FallBackParts, 'name' | 'types'>;

export interface InlineProjectionsParts extends Omit<Shared, 'ending'> {
  readonly appliers: BatchAppliers;
}

/** The inline projections of this process, as the store has them take part in its appends. */
export class InlineProjections {
  private readonly logger = new Logger('Projection');
  private readonly projections = new Map<string, InlineProjection>();
  private readonly ending = new AbortController();
  private readonly appliers: BatchAppliers;
  private readonly shared: Shared;

  constructor({ appliers, ...parts }: InlineProjectionsParts) {
    this.appliers = appliers;
    this.shared = { ...parts, ending: this.ending.signal };
    const absent = new AbsentInline(this.shared);
    parts.source.leaveToLoopsBy((names) => absent.leaveToLoops(names));
  }

  add(definition: ProjectionDefinition): void {
    const { name, handlerTimeoutMs: effectTimeoutMs } = definition;
    const unawaited = (error: Error) => this.logger.error(`Projection "${name}": ${error.message}`);
    const makeApplier = () => this.appliers.make(definition, unawaited);
    const inline = new InlineProjection({ ...this.shared, definition, makeApplier, effectTimeoutMs });
    this.projections.set(name, inline);
    this.shared.source.addParticipant(inline);
  }

  /** What keeps an inline projection current; `undefined` for another. */
  of(name: string): InlineProjection | undefined {
    return this.projections.get(name);
  }

  /** Has what still tries to close a gate give it up. */
  stop(): void {
    this.ending.abort();
  }
}
