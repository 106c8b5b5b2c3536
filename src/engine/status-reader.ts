import type { LeaseRow, StateRow } from '../state/control.store';
import { CheckpointBeyondStoreError, ProjectionStoppedError } from './engine.errors';
import type { HeadReport } from './head-watcher';
import type { ManagedProjection } from './managed-projection';
import type { ProjectionEngine } from './projection-engine';
import type { ProjectionFailure, ProjectionState, ProjectionStatus } from './projection-status';

/** What all segments of a projection have stored. */
export interface StoredProgress {
  /** The lowest of their positions. */
  readonly position: bigint;
  readonly replaying: boolean;
}

/** Puts together what the loops here know and what the database says of the others. */
export class StatusReader {
  constructor(private readonly engine: ProjectionEngine) {}

  async all(): Promise<ProjectionStatus[]> {
    const [head, { states, leases }] = await Promise.all([
      this.engine.watcher.report(),
      this.engine.state.control.snapshot(),
    ]);
    return Promise.all(
      this.engine.all.map((projection) =>
        this.statusOf(
          projection,
          states.find((row) => row.projection === projection.definition.name),
          leases,
          head,
        ),
      ),
    );
  }

  /** Where the projection is: by what its loops here know, if all of it runs here, or else by what is stored. */
  async position(projection: ManagedProjection): Promise<bigint> {
    const { type, name } = projection.definition;
    const here = projection.runners.map(({ position }) => position);
    const { states } = this.engine.coordinator.snapshot;
    const segments = states.find((state) => state.projection === name)?.segments ?? 1;
    const all = type === 'live' || here.length === segments;
    if (all && here.length > 0 && here.every((position) => position !== undefined) && type !== 'inline')
      return here.reduce((lowest, position) => (position < lowest ? position : lowest));
    return (await this.stored(projection)).position;
  }

  async stored(projection: ManagedProjection): Promise<StoredProgress> {
    const { name, type } = projection.definition;
    const checkpoints = await this.engine.state.checkpoints.readAll(name);
    if (checkpoints.length === 0) return { position: 0n, replaying: false };
    const replaying = checkpoints.some(({ replayUntil }) => replayUntil !== undefined);
    const positions = checkpoints.map(({ position }) => position);
    const lowest = positions.reduce((least, position) => (position < least ? position : least));
    // Appends keep it current: only its hand-over moved the checkpoint.
    if (type === 'inline' && !replaying)
      return { position: (await this.engine.source.head()).settled, replaying };
    return { position: lowest, replaying };
  }

  /** Whether a position is one of another life of the store, and so says nothing about this one. */
  async isBeyondStore({ definition }: ManagedProjection, position: bigint): Promise<boolean> {
    const { watcher, coordinator } = this.engine;
    const row = coordinator.snapshot.states.find(({ projection }) => projection === definition.name);
    const stopped = row?.state === 'stopped' && row.failure?.name === CheckpointBeyondStoreError.name;
    if (stopped || definition.type === 'live' || position <= watcher.last) return stopped;
    await watcher.refresh();
    return position > watcher.last;
  }

  /** @throws ProjectionStoppedError */
  async throwIfStopped({ definition }: ManagedProjection): Promise<void> {
    const row = await this.engine.state.control.read(definition.name);
    if (row?.state === 'stopped')
      throw new ProjectionStoppedError(definition.name, row.failure?.message ?? 'The projection is stopped.');
  }

  private async statusOf(
    projection: ManagedProjection,
    row: StateRow | undefined,
    leases: readonly LeaseRow[],
    { settled: head, problem }: HeadReport,
  ): Promise<ProjectionStatus> {
    const { name, type, types } = projection.definition;
    const position = await this.position(projection);
    const owners = leases
      .filter((lease) => lease.projection === name && lease.live)
      .map(({ owner }) => owner);
    return {
      name,
      type,
      state: this.stateOf(projection, row, owners.length > 0, problem),
      position,
      head,
      lag: await this.engine.source.backlog({ after: position, upTo: head, types }),
      error: failureOf(projection, row, problem),
      deadLetters: await this.engine.state.deadLetters.countFailed(name),
      owners,
      notInline: type === 'inline' && !row?.byAppends ? this.engine.inlineOf(name)?.hindrance : undefined,
      heartbeatAgeMs: projection.heartbeatAgeMs,
    };
  }

  private stateOf(
    projection: ManagedProjection,
    row: StateRow | undefined,
    owned: boolean,
    problem: Error | undefined,
  ): ProjectionState {
    if (row && row.state !== 'running') return row.state;
    if (projection.isOutdated) return 'outdated';
    const { runners } = projection;
    if (problem || runners.some(({ retrying }) => retrying)) return 'retrying';
    if (runners.some(({ replaying }) => replaying)) return 'replaying';
    if (runners.length > 0 || owned || projection.definition.type === 'inline') return 'running';
    return 'idle';
  }
}

function failureOf(
  projection: ManagedProjection,
  row: StateRow | undefined,
  problem: Error | undefined,
): ProjectionFailure | undefined {
  if (row?.failure) {
    const { name, message, at, position } = row.failure;
    return {
      name,
      message,
      at: new Date(at),
      position: position === undefined ? undefined : BigInt(position),
    };
  }
  if (problem) return { name: problem.name, message: problem.message, at: new Date(), position: undefined };
  const trouble = projection.runners.find(({ retrying }) => retrying)?.retrying;
  return trouble && { name: trouble.name, message: trouble.message, at: trouble.at, position: undefined };
}
