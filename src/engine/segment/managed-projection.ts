import { Logger } from '@nestjs/common';
import { map, Subject } from 'rxjs';
import type { ProjectionDefinition } from '../../authoring/projection-definition';
import { plainEvent } from '../../events/frozen-event';
import { writableAsJson } from '../../events/json-form';
import type { CommittedBatch } from '../applying/committed-batch';
import type { LiveStop } from './live-stop';
import type { Directive, SegmentRunner } from './segment-runner';
import { endsWithin } from '../../async/ends-within';
import type { Kind } from '../kinds/kind';
import { kindOf } from '../kinds/kind-of';
import type { SourceReader } from '../reading/source-reader';

/** After this long a batch that does not end is called off at shutdown, and after this long more it is left behind. */
const GRACE_MS = 5_000;
const ROLLBACK_MS = 2_000;

/** A projection in this process: the loops of those of its segments that run here. */
export class ManagedProjection {
  private readonly logger = new Logger('Projection');
  private readonly batches = new Subject<CommittedBatch>();
  private readonly loops = new Map<number, { runner: SegmentRunner; ended: Promise<void> }>();
  /** What stopped it in this instance, where it is live. */
  liveStop: LiveStop | undefined;
  /** The newer version of its code that the database has seen. */
  private newer: number | undefined;

  readonly kind: Kind;

  /** @param reader of the source that its events come from */
  constructor(
    readonly definition: ProjectionDefinition,
    readonly reader: SourceReader,
  ) {
    this.kind = kindOf(definition);
  }

  readonly changes = this.batches.pipe(map(givenAway));

  readonly committed = (batch: CommittedBatch): void => this.batches.next(batch);

  get runners(): readonly SegmentRunner[] {
    return [...this.loops.values()].map(({ runner }) => runner);
  }

  get isOutdated(): boolean {
    return this.newer !== undefined;
  }

  get heartbeatAgeMs(): number | undefined {
    const ages = this.runners.map((runner) => runner.heartbeatAgeMs);
    return ages.length > 0 ? Math.max(...ages) : undefined;
  }

  runnerOf(segment: number): SegmentRunner | undefined {
    return this.loops.get(segment)?.runner;
  }

  /** @returns the loop's end */
  start(segment: number, runner: SegmentRunner): Promise<void> {
    this.newer = undefined;
    const ended = runner
      .run()
      // A loop meets every failure itself; what gets here is a mistake of this module.
      .catch((error: unknown) => this.logger.error(`Projection "${this.definition.name}" broke off`, error))
      .finally(() => this.loops.delete(segment));
    this.loops.set(segment, { runner, ended });
    return ended;
  }

  direct(segment: number, directive: Directive): void {
    this.loops.get(segment)?.runner.direct(directive);
  }

  /** Resolves when the loop has ended and its batch is committed or given up. */
  async stop(segment: number): Promise<void> {
    const loop = this.loops.get(segment);
    if (!loop) return;
    loop.runner.stop();
    if (await endsWithin(loop.ended, GRACE_MS)) return;
    loop.runner.callOff();
    await endsWithin(loop.ended, ROLLBACK_MS);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.loops.keys()].map((segment) => this.stop(segment)));
  }

  outdated(stored: number): void {
    if (this.newer === stored) return;
    this.newer = stored;
    this.logger.warn(
      `Projection "${this.definition.name}" does not run here: this code has version ` +
        `${this.definition.version}, and version ${stored} has run on this database. Deploy the newer ` +
        'code here, or raise version in @Projection if this is it.',
    );
  }
}

/** Observers all get one list, which the engine goes on with. */
function givenAway({ events, ...batch }: CommittedBatch): CommittedBatch {
  return writableAsJson({ ...batch, events: Object.freeze(events.map(plainEvent)) });
}
