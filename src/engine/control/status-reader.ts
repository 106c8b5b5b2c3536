import type { Backlog } from '../../events/event-source';
import type { SegmentProgress, StoredStatus } from '../../state/progress.store';
import type { HeadReport } from '../reading/head-watcher';
import { asHere } from '../segment/live-stop';
import type { ManagedProjection } from '../segment/managed-projection';
import type { Engine } from '../engine';
import type { ProjectionFailure, ProjectionState, ProjectionStatus } from './projection-status';
import { isHandedOver, reachOf } from '../waits/reach';
import { forJson } from './status-json';
import { within } from '../waits/within';
import type { Kind } from '../kinds/kind';

/** Whoever asks for the status waits no longer, whatever the database does: a health check has five seconds. */
const LONGEST_MS = 4_500;
const NOTHING: Backlog = { events: 0, seconds: 0 };

/** Puts together what the loops here know and what the database says of the others. */
export class StatusReader {
  constructor(private readonly engine: Engine) {}

  /** @throws ProjectionsNotRunningError, StatusUnavailableError */
  async all(): Promise<ProjectionStatus[]> {
    this.engine.lifeCycle.throwIfNotStarted();
    return within(LONGEST_MS, () => this.read());
  }

  private async read(): Promise<ProjectionStatus[]> {
    const { readers, state } = this.engine;
    const { all } = this.engine.registry;
    // The heads first: what is settled before an inline projection is seen handed over is applied by then.
    const heads = new Map(
      await Promise.all(readers.all.map(async (reader) => [reader, await reader.report()] as const)),
    );
    const rows = await state.progress.statusOf(all.map(({ definition }) => definition.name));
    return Promise.all(
      all.map((projection) => {
        const row = rows.find((one) => one.projection === projection.definition.name);
        const head = heads.get(projection.reader)!;
        return this.statusOf(projection, asHere(projection, row ?? notRegistered(projection)), head);
      }),
    );
  }

  private async statusOf(
    projection: ManagedProjection,
    row: StoredStatus,
    { settled, problem: headProblem }: HeadReport,
  ): Promise<ProjectionStatus> {
    const { kind, definition, reader } = projection;
    const { name, type, version } = definition;
    const problem = headProblem ?? this.engine.coordinator.problemOf(name);
    const state = stateOf(projection, row, problem);
    // A live projection that does not run here has nothing here to be late with.
    const position = reachOf(projection, row, settled) ?? (kind.keepsCheckpoint ? 0n : settled);
    return forJson<ProjectionStatus>({
      name,
      type,
      source: definition.source,
      state,
      position,
      head: settled,
      ...(await this.backlogsOf(projection, position, settled, isHandedOver(projection, row))),
      headPendingSeconds: reader.watcher.pendingSeconds,
      error: failureOf(projection, row, problem),
      deadLetters: row.failed,
      waiting: row.waiting,
      owners: row.segments.map(({ owner }) => owner).filter((owner) => owner !== null),
      unownedSeconds: unownedSecondsOf(projection, row),
      version: { here: version, stored: row.version },
      notInline: kind.joinsAppends && !row.byAppends ? this.engine.inline.of(name)?.hindrance : undefined,
      heartbeatAgeMs: projection.heartbeatAgeMs,
    });
  }

  private async backlogsOf(
    { definition, reader }: ManagedProjection,
    position: bigint,
    settled: bigint,
    isCurrent: boolean,
  ): Promise<{ lag: Backlog; unsettled: Backlog }> {
    const { types } = definition;
    const after = position > settled ? position : settled;
    const [lag, unsettled] = await Promise.all([
      reader.backlog({ after: position, upTo: settled, types }),
      isCurrent ? NOTHING : reader.backlog({ after, upTo: reader.watcher.last, types }),
    ]);
    return { lag, unsettled };
  }
}

/** One that the database has no row of: what keeps it from being registered is a problem of coordination. */
function notRegistered({ definition: { name, version } }: ManagedProjection): StoredStatus {
  return {
    projection: name,
    version,
    state: 'running',
    failure: null,
    generation: '0',
    byAppends: false,
    segments: [],
    hasLetters: false,
    failed: 0,
    waiting: 0,
  };
}

function stateOf(
  projection: ManagedProjection,
  row: StoredStatus,
  problem: Error | undefined,
): ProjectionState {
  const { kind, definition, runners } = projection;
  const owned = row.segments.some(({ owner }) => owner !== null);
  if (!kind.keepsCheckpoint && runners.length === 0) return 'idle';
  if (row.state !== 'running') return row.state;
  if (row.version > definition.version) return 'outdated';
  if (problem || troubleOf(projection, row)) return 'retrying';
  if (kind.waitsToBeAsked && !owned && runners.length === 0) return 'idle';
  const isRegistered = row.segments.length > 0;
  if (mustRun(kind) && !isRegistered) return 'unowned';
  if (unownedSecondsOf(projection, row) !== undefined) return 'unowned';
  const replaying =
    runners.some((runner) => runner.replaying) || row.segments.some(({ inHistory }) => inHistory);
  return replaying ? 'replaying' : 'running';
}

/** Whether somebody has to run it all the time. */
const mustRun = ({ keepsCheckpoint, waitsToBeAsked }: Kind) => keepsCheckpoint && !waitsToBeAsked;

function unownedSecondsOf(projection: ManagedProjection, row: StoredStatus): number | undefined {
  if (!mustRun(projection.kind) || isHandedOver(projection, row)) return undefined;
  // A loop here that has not noticed yet that its lease is over is no owner.
  const unowned = row.segments.filter(({ owner }) => owner === null);
  return unowned.length === 0 ? undefined : Math.max(...unowned.map(({ unownedSeconds }) => unownedSeconds));
}

function failureOf(
  projection: ManagedProjection,
  row: StoredStatus,
  problem: Error | undefined,
): ProjectionFailure | undefined {
  if (row.failure) {
    const { name, message, at, position } = row.failure;
    const before = position === undefined ? undefined : BigInt(position);
    return forJson({ name, message, at: new Date(at), position: before });
  }
  if (problem) return { name: problem.name, message: problem.message, at: new Date(), position: undefined };
  const trouble = troubleOf(projection, row);
  return (
    trouble && { name: trouble.name, message: trouble.message, at: new Date(trouble.at), position: undefined }
  );
}

/** What a loop here waits out, or one of another instance. Of its own segments an instance knows sooner than the database. */
function troubleOf(
  projection: ManagedProjection,
  { segments }: StoredStatus,
): NonNullable<SegmentProgress['trouble']> | ProjectionTrouble | undefined {
  const here = projection.runners.find(({ retrying }) => retrying)?.retrying;
  const there = segments.find(({ segment, trouble }) => trouble && !projection.runnerOf(segment));
  return here ?? there?.trouble ?? undefined;
}

interface ProjectionTrouble {
  readonly name: string;
  readonly message: string;
  readonly at: Date;
}
