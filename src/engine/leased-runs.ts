import { Logger } from '@nestjs/common';
import type { RecordedEvent } from '../events/recorded-event';
import type { ControlSnapshot } from '../state/control-snapshot';
import type { DeclaredProjection } from '../state/declared-projection';
import type { StateRow } from '../state/projection-state';
import type { Lease } from '../state/lease.store';
import type { SegmentId } from '../state/segment-id';
import type { CatchUpTarget, CatchUpTargets } from './catch-up-targets';
import type { Candidate } from './coordination/candidate';
import type { EngineState } from './coordination/engine-state';
import { isTransientError } from './failures/transient-error';
import { InlineCursor } from './inline/inline-cursor';
import type { InlineProjection } from './inline/inline-projection';
import type { ProjectionRegistry } from './projection-registry';
import { segmentOf } from './reading/segment-filter';
import type { RunnerFactory } from './runner-factory';
import type { ManagedProjection } from './segment/managed-projection';
import { catchingUpTo, following, obeying, type RunMode } from './segment/run-mode';
import { StoredCursor } from './segment/segment-cursor';
import type { Directive } from './segment/segment-runner';

export interface LeasedRunsParts {
  readonly registry: ProjectionRegistry;
  readonly runners: RunnerFactory;
  readonly state: EngineState;
  readonly targets: CatchUpTargets;
  readonly inlineOf: (projection: string) => InlineProjection | undefined;
  readonly snapshot: () => ControlSnapshot;
  /** Whether the shutdown has gone on without what waits for the database. */
  readonly isLeftBehind: () => boolean;
}

/** The segments that this instance could run under a lease, and how each is run. */
export class LeasedRuns {
  private readonly logger = new Logger('Projection');

  constructor(private readonly parts: LeasedRunsParts) {}

  /** The projections with checkpoints that may run here now. */
  get runnable(): DeclaredProjection[] {
    const { registry, targets } = this.parts;
    return registry.all
      .filter((projection) => {
        const { kind, definition } = projection;
        if (!kind.keepsCheckpoint || !registry.runsHere(projection)) return false;
        const { name } = definition;
        return !kind.waitsToBeAsked || targets.of(name) !== undefined || this.hasCommands(name);
      })
      .map((projection) => registry.declared(projection));
  }

  candidates(code: DeclaredProjection, state: StateRow): Candidate[] {
    const { registry, targets, inlineOf } = this.parts;
    const { name } = code;
    const { segments, byAppends } = state;
    if (inlineOf(name) && byAppends) return [];
    const projection = registry.get(name);
    const target = targets.of(name);
    // Without anything else to run it runs for the commands that wait for it.
    const resting = projection.kind.waitsToBeAsked && !target;
    return Array.from({ length: segments }, (_, segment) => segment)
      .filter((segment) => !target?.done.has(segment) && (!resting || this.hasCommands(name, segment)))
      .map((segment) => this.candidateOf(projection, code, segment, state));
  }

  /** Takes a step towards the segments that are wanted. */
  async resegment(code: DeclaredProjection, { segmentsWanted }: StateRow): Promise<void> {
    const { registry, state } = this.parts;
    const { name } = code;
    const { segmentBy } = registry.get(name).definition;
    const segmentIn = (event: RecordedEvent) => segmentOf(name, event, segmentsWanted, segmentBy).segment;
    await state.cuts.step({ ...code, segments: segmentsWanted }, segmentIn).catch((error: unknown) => {
      // A batch in flight keeps the checkpoints locked: the next look tries again.
      if (!isTransientError(error)) throw error;
    });
  }

  private candidateOf(
    projection: ManagedProjection,
    code: DeclaredProjection,
    segment: number,
    state: StateRow,
  ): Candidate {
    const id = { projection: code.name, segment };
    const { segments, beginsAfter, historyUntil } = state;
    const start = { position: BigInt(beginsAfter ?? 0), historyUntil: BigInt(historyUntil ?? 0) };
    return {
      id,
      code,
      segments,
      initial: projection.kind.firstCheckpoint(start),
      start: (lease, directive) => this.start(projection, id, segments, lease, directive),
      direct: (directive) => projection.direct(segment, directive),
      stop: () => projection.stop(segment),
    };
  }

  private async start(
    projection: ManagedProjection,
    id: SegmentId,
    segments: number,
    lease: Lease,
    directive: Directive,
  ): Promise<void> {
    const { runners, state, targets, inlineOf, isLeftBehind } = this.parts;
    const { name } = projection.definition;
    const { epoch } = lease;
    const target = targets.of(name);
    const mode = this.modeOf(projection, target);
    if (epoch > 1n)
      this.logger.log(
        `Projection "${name}" is taken over here: segment ${id.segment + 1} of ${segments}, epoch ${epoch}.`,
      );
    const { checkpoints, inlineMarks } = state;
    const cursor = inlineOf(name)
      ? new InlineCursor(checkpoints, inlineMarks, id, epoch)
      : new StoredCursor(checkpoints, id, epoch);
    const runner = runners.make(projection, id, segments, cursor, mode);
    runner.direct(directive);
    await projection.start(id.segment, runner);
    if (runner.isOver && target) targets.reached(id, segments, target);
    if (!isLeftBehind()) await state.leases.release(lease).catch(() => undefined);
  }

  private modeOf({ kind, definition }: ManagedProjection, target: CatchUpTarget | undefined): RunMode {
    if (target) return catchingUpTo(target.position);
    if (kind.waitsToBeAsked) return obeying;
    return this.parts.inlineOf(definition.name) ?? following;
  }

  private hasCommands(name: string, segment?: number): boolean {
    return this.parts
      .snapshot()
      .commands.some((row) => row.projection === name && (segment === undefined || row.segment === segment));
  }
}
