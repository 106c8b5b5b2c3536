import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Checkpoint, CheckpointStore } from '../state/checkpoint.store';
import type { ControlSnapshot, ControlStore, LeaseRow, StateRow } from '../state/control.store';
import type { Lease, LeaseStore } from '../state/lease.store';
import type { SegmentCutStore } from '../state/segment-cut.store';
import { keyOf, type SegmentId } from '../state/segment-id';
import { fairShare } from './fair-share';
import type { Directive } from './segment-runner';
import { isTransientError } from './transient-error';

/** How often wishes of operators and free leases are looked for. */
const TICK_MS = 400;
/** How long a new owner waits for the old one's open batch before it ends that batch's session. */
const EVICT_AFTER_MS = 500;

const NOTHING: ControlSnapshot = { states: [], leases: [], instances: [], commands: [] };

/** A segment that this instance could run. */
export interface Candidate {
  readonly id: SegmentId;
  /** The version of the code here. */
  readonly version: number;
  /** Into how many segments the projection is cut. */
  readonly segments: number;
  readonly initial: Checkpoint;
  /** Begins its loop under a lease; the promise is that of the loop's end. */
  start(lease: Lease, directive: Directive): Promise<void>;
  direct(directive: Directive): void;
  /** Resolves when the loop has ended. */
  stop(): Promise<void>;
  /** Told when the database has seen newer code, which must not be followed by older. */
  outdated(stored: number): void;
}

/** What there is to run here. */
export interface CoordinatedProjections {
  names(): readonly string[];
  candidates(states: readonly StateRow[]): readonly Candidate[];
  /** Told what the database says, also for projections that have no leases. */
  observe(view: ControlSnapshot): void;
  /** Goes on with whatever projections are to be cut into other segments. */
  cut(states: readonly StateRow[]): Promise<void>;
}

/**
 * This instance among the others: keeps its leases, takes free ones up to its share, gives back what is above it, and
 * passes on what operators want. It measures time by a clock that never jumps: one set back would keep it from renewing.
 */
export class Coordinator {
  private readonly logger = new Logger(Coordinator.name);
  private readonly held = new Map<string, { candidate: Candidate; lease: Lease }>();
  private readonly freeSince = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> | undefined;
  private beatAt = -Infinity;
  private stopped = true;
  private view: ControlSnapshot = NOTHING;

  constructor(
    private readonly dataSource: DataSource,
    private readonly instance: string,
    private readonly leaseMs: number,
    private readonly leases: LeaseStore,
    private readonly checkpoints: CheckpointStore,
    private readonly control: ControlStore,
    private readonly cuts: SegmentCutStore,
    private readonly projections: CoordinatedProjections,
  ) {}

  /** What the database said at the last look. */
  get snapshot(): ControlSnapshot {
    return this.view;
  }

  async start(): Promise<void> {
    this.stopped = false;
    await this.tick();
    this.schedule();
  }

  /** Ends all loops and lets others have the leases at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.ticking?.catch(() => undefined);
    await Promise.all([...this.held.values()].map(({ candidate }) => candidate.stop()));
    await this.leases.leave().catch(() => undefined);
  }

  /** Looks now rather than at the next tick. */
  async nudge(): Promise<void> {
    await this.ticking?.catch(() => undefined);
    if (!this.stopped) await this.run();
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.run().finally(() => this.schedule()), TICK_MS);
  }

  private async run(): Promise<void> {
    this.ticking ??= this.tick()
      .catch((error: unknown) => this.logger.debug(`Cannot coordinate: ${String(error)}`))
      .finally(() => (this.ticking = undefined));
    await this.ticking;
  }

  private async tick(): Promise<void> {
    if (performance.now() - this.beatAt >= this.leaseMs / 3) {
      await this.leases.heartbeat(this.projections.names());
      this.beatAt = performance.now();
    }
    this.view = await this.control.snapshot();
    this.projections.observe(this.view);
    await this.projections.cut(this.view.states);
    const candidates = this.projections.candidates(this.view.states);
    this.dropLost();
    const able = candidates.filter((candidate) => this.isCurrent(candidate));
    const share = fairShare(
      able.map(({ id }) => id.projection),
      this.view.instances,
    );
    for (const candidate of able) await this.consider(candidate, share);
    await this.giveBack(share);
    for (const { candidate } of this.held.values()) candidate.direct(this.directiveFor(candidate.id));
  }

  /** Loops whose lease somebody else has taken, as after a long standstill of this process. */
  private dropLost(): void {
    for (const { candidate, lease } of this.held.values()) {
      const row = this.leaseOf(candidate.id);
      if (row?.owner !== this.instance || BigInt(row.epoch) !== lease.epoch) void candidate.stop();
    }
  }

  private isCurrent(candidate: Candidate): boolean {
    const stored = this.view.states.find(({ projection }) => projection === candidate.id.projection);
    if (!stored || stored.version <= candidate.version) return true;
    candidate.outdated(stored.version);
    const held = this.held.get(keyOf(candidate.id));
    if (held) void this.release(held.candidate, held.lease);
    return false;
  }

  private async consider(candidate: Candidate, share: number): Promise<void> {
    const key = keyOf(candidate.id);
    if (this.held.has(key) || this.stopped) return;
    const row = this.leaseOf(candidate.id);
    if (row?.live && row.owner !== this.instance) {
      this.freeSince.delete(key);
      return;
    }
    // Beyond its share an instance takes only what nobody else has wanted for a while.
    const since = this.freeSince.get(key) ?? performance.now();
    this.freeSince.set(key, since);
    if (this.held.size >= share && performance.now() - since < this.leaseMs) return;
    const lease = await this.take(candidate);
    if (!lease) return;
    this.freeSince.delete(key);
    this.held.set(key, { candidate, lease });
    void candidate.start(lease, this.directiveFor(candidate.id)).finally(() => this.held.delete(key));
  }

  /** Takes a lease, past an old owner that does not let go of its open batch. */
  private async take(candidate: Candidate): Promise<Lease | undefined> {
    const { id } = candidate;
    try {
      return await this.claim(candidate);
    } catch (error) {
      if (!isTransientError(error)) throw error;
    }
    // Where it was a batch that held us up, whoever has the lease's row is a rival as alive as this instance.
    if (!(await this.checkpoints.evict(id))) await this.leases.evict(id);
    return this.claim(candidate).catch((error: unknown) => {
      if (!isTransientError(error)) throw error;
      return undefined;
    });
  }

  /** Raises the epoch of lease and checkpoint together, so that no older owner can write from here on. */
  private claim({ id, initial, segments }: Candidate): Promise<Lease | undefined> {
    return this.dataSource.transaction('READ COMMITTED', async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = ${EVICT_AFTER_MS}`);
      if (!(await this.cuts.hold(manager, id.projection, segments))) return undefined;
      await this.checkpoints.create(manager, id, initial);
      const lease = await this.leases.acquire(manager, id);
      if (lease) await this.checkpoints.claim(manager, id, lease.epoch);
      return lease;
    });
  }

  /** At most one a tick, so that instances that come and go do not toss leases about. */
  private async giveBack(share: number): Promise<void> {
    if (this.held.size <= share) return;
    const last = [...this.held.values()].at(-1)!;
    const others = this.view.instances.filter(
      ({ instance, runs }) => instance !== this.instance && runs.includes(last.candidate.id.projection),
    );
    const wanted = others.some(({ instance }) => this.countOf(instance) < this.held.size - 1);
    if (wanted) await this.release(last.candidate, last.lease);
  }

  private async release(candidate: Candidate, lease: Lease): Promise<void> {
    await candidate.stop();
    await this.leases.release(lease);
  }

  private countOf(instance: string): number {
    return this.view.leases.filter(({ owner, live }) => live && owner === instance).length;
  }

  private leaseOf({ projection, segment }: SegmentId): LeaseRow | undefined {
    return this.view.leases.find((lease) => lease.projection === projection && lease.segment === segment);
  }

  private directiveFor({ projection, segment }: SegmentId): Directive {
    const state = this.view.states.find((row) => row.projection === projection);
    return {
      state: state?.state ?? 'running',
      generation: state?.generation ?? 0,
      commands: this.view.commands.filter((row) => row.projection === projection && row.segment === segment),
    };
  }
}
