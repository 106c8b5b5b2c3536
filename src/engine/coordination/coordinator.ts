import type { DataSource } from 'typeorm';
import type { ControlSnapshot, DeclaredProjection, LeaseRow, StateRow } from '../../state/control.store';
import type { Lease } from '../../state/lease.store';
import { keyOf, type SegmentId } from '../../state/segment-id';
import { admissionOf } from './admission';
import type { Candidate, CoordinatedProjections } from './candidate';
import { CoordinationProblems } from './coordination-problems';
import type { EngineState } from './engine-state';
import { fairShare } from './fair-share';
import { Heartbeat } from './heartbeat';
import { LeaseTaker } from './lease-taker';
import { outsideContext } from '../../async/outside-context';
import { Registration } from './registration';
import { SegmentByChangedError, SegmentsApartError } from './segment-by.errors';
import type { Directive } from '../segment/segment-runner';
import { surplusOf } from './surplus';
import { endsWithin } from '../../async/ends-within';

/** How often wishes of operators and free leases are looked for. */
const TICK_MS = 400;
/** How long whoever asks for a look waits for one that gets nowhere. */
const NUDGE_MS = 5_000;
/** How long a shutdown waits for a look, and how long for its leases to be given back. */
const LAST_LOOK_MS = 2_000;
const LEAVE_MS = 2_000;
/** An owner that lives has renewed a lease within this time after the clock of the database went back. */
const FAR_AWAY_MS = 2_000;

/** What is to be done for a projection as a whole while it may run here. */
const ADMIT = 'run';
const RESEGMENT = 'make its segments anew';
const BRING_TOGETHER = 'bring its segments together';

const NOTHING: ControlSnapshot = { states: [], leases: [], instances: [], commands: [] };

interface Held {
  readonly id: SegmentId;
  readonly candidate: Candidate;
  readonly lease: Lease;
  stopping: boolean;
}

/**
 * This instance among the others: keeps its leases, takes free ones up to its share, gives back what is above it, and
 * passes on what operators want. Each projection and each segment is seen to by itself: what fails for one is remembered,
 * logged and tried again, and the others go on. It measures time by a clock that never jumps.
 */
export class Coordinator {
  private readonly held = new Map<string, Held>();
  private readonly freeSince = new Map<string, number>();
  private readonly farSince = new Map<string, { epoch: number; since: number }>();
  /** The projections that this instance may run, by the last look. */
  private able: readonly DeclaredProjection[] = [];
  private readonly problems = new CoordinationProblems();
  private readonly registration: Registration;
  private readonly heartbeat: Heartbeat;
  private readonly taker: LeaseTaker;
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> | undefined;
  private phase: 'new' | 'running' | 'stopped' = 'new';
  private view: ControlSnapshot = NOTHING;

  constructor(
    dataSource: DataSource,
    private readonly leaseMs: number,
    private readonly state: EngineState,
    private readonly projections: CoordinatedProjections,
  ) {
    const { problems } = this;
    const { control, cuts, leases, checkpoints } = state;
    this.registration = new Registration(dataSource, control, cuts, problems, (name) =>
      projections.beginning(name),
    );
    this.taker = new LeaseTaker(dataSource, leases, checkpoints, cuts, problems);
    this.heartbeat = new Heartbeat(
      leases,
      leaseMs,
      problems,
      () => this.able.map(({ name }) => name),
      () => [...this.held.values()].map(({ lease }) => lease),
    );
  }

  /** What the database said at the last look. */
  get snapshot(): ControlSnapshot {
    return this.view;
  }

  /** What keeps this instance from running a projection as it should, while it lasts; a named error where one is known. */
  problemOf(projection: string): Error | undefined {
    return this.problems.of(projection);
  }

  /** @throws what no later look would do better, as where tables are missing */
  async start(): Promise<void> {
    if (this.isStopped) return;
    this.phase = 'running';
    await outsideContext(() => (this.ticking = this.begin().finally(() => (this.ticking = undefined))));
    this.schedule();
  }

  /** Ends all loops and lets others have the leases at once; in bounded time, whatever the database does. */
  async stop(): Promise<boolean> {
    this.phase = 'stopped';
    clearTimeout(this.timer);
    const beat = this.heartbeat.stop();
    const looked = endsWithin(Promise.all([this.ticking, beat]), LAST_LOOK_MS);
    await this.stopLoops();
    const quiet = await looked;
    return (await endsWithin(this.state.leases.leave(), LEAVE_MS)) && quiet;
  }

  /** Looks now rather than at the next tick. */
  async nudge(): Promise<void> {
    await endsWithin(
      outsideContext(async () => {
        await this.ticking?.catch(() => undefined);
        await this.run();
      }),
      NUDGE_MS,
    );
  }

  private get isStopped(): boolean {
    return this.phase === 'stopped';
  }

  private schedule(): void {
    if (this.isStopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.run()
        .finally(() => this.schedule())
        .catch(() => undefined);
    }, TICK_MS);
  }

  private async begin(): Promise<void> {
    await this.registration.begin(this.projections.declared());
    await this.look();
    // The shutdown has stopped the heartbeat already, and would not do so again.
    if (this.isStopped) return;
    await this.heartbeat.start();
    if (!this.isStopped) await this.tick();
  }

  private async run(): Promise<void> {
    if (this.phase !== 'running') return;
    this.ticking ??= this.attempt('coordinate', undefined, () => this.tick()).finally(
      () => (this.ticking = undefined),
    );
    await this.ticking;
  }

  private async tick(): Promise<void> {
    await this.registration.goOn();
    await this.look();
    await this.resegment();
    await this.heartbeat.tell();
    const candidates = this.able.flatMap((code) =>
      this.projections.candidates(code, this.stateOf(code.name)!),
    );
    this.letGo();
    const free = candidates.filter(({ id }) => this.isToBeHad(id));
    this.forgetSettled(new Set(free.map(({ id }) => keyOf(id))));
    const share = fairShare(
      candidates.map(({ id }) => id.projection),
      this.view.instances,
    );
    for (const candidate of free) {
      if (this.isStopped) return;
      await this.consider(candidate, share);
    }
    this.giveBack(share);
    for (const { candidate } of this.held.values()) candidate.direct(this.directiveFor(candidate.id));
  }

  private async look(): Promise<void> {
    this.view = await this.state.control.snapshot();
    this.registration.see(this.view.states);
    this.projections.observe(this.view);
    const runnable = this.projections.runnable();
    this.able = runnable.filter((code) => this.admits(code));
    this.forgetResting(new Set(runnable.map(({ name }) => name)));
  }

  /** Nobody wants the others to run here now, whatever has kept them from it. */
  private forgetResting(runnable: ReadonlySet<string>): void {
    for (const { name } of this.projections.declared())
      if (!runnable.has(name))
        for (const task of [ADMIT, RESEGMENT, BRING_TOGETHER]) this.problems.passed(task, name);
  }

  private admits(code: DeclaredProjection): boolean {
    const stored = this.stateOf(code.name);
    const admission = admissionOf(code, stored);
    if (admission === 'outdated') this.projections.outdated(code.name, stored!.version);
    if (admission === 'changed')
      this.problems.failed(
        ADMIT,
        code.name,
        new SegmentByChangedError(code.name, stored!.version, stored!.segments),
      );
    else this.problems.passed(ADMIT, code.name);
    return admission === 'runs';
  }

  private async resegment(): Promise<void> {
    let changed = false;
    for (const code of this.projections.runnable()) {
      const stored = this.stateOf(code.name);
      if (!stored || !isDue(stored, code)) {
        this.problems.passed(RESEGMENT, code.name);
        continue;
      }
      await this.attempt(RESEGMENT, code.name, () => this.projections.resegment(code, stored));
      changed = true;
    }
    if (changed) await this.look();
    for (const code of this.projections.runnable()) this.noteApart(code);
  }

  /** Whoever could bring the segments together may be about to do so: only what lasts is worth telling. */
  private noteApart({ name, version, segmentBy }: DeclaredProjection): void {
    const stored = this.stateOf(name);
    const waits =
      stored?.version === version &&
      stored.segments > 1 &&
      stored.segmentedBy !== segmentBy &&
      stored.segmentByWanted === segmentBy;
    const since = this.freeSince.get(name) ?? performance.now();
    if (!waits) {
      this.freeSince.delete(name);
      this.problems.passed(BRING_TOGETHER, name);
      return;
    }
    this.freeSince.set(name, since);
    if (performance.now() - since >= this.leaseMs)
      this.problems.failed(BRING_TOGETHER, name, new SegmentsApartError(name));
  }

  /** Ends loops whose lease somebody else has taken, as after a long standstill, and loops of code that may not run. */
  private letGo(): void {
    const refused = new Set(this.projections.runnable().map(({ name }) => name));
    for (const { name } of this.able) refused.delete(name);
    for (const held of this.held.values()) {
      const row = this.leaseOf(held.id);
      const isLost = row?.owner !== this.state.instance || BigInt(row.epoch) !== held.lease.epoch;
      if (isLost || refused.has(held.id.projection)) this.stopLoop(held);
    }
  }

  private isToBeHad(id: SegmentId): boolean {
    const key = keyOf(id);
    if (this.held.has(key)) return false;
    if (this.isFree(id)) return true;
    this.freeSince.delete(key);
    return false;
  }

  /** A segment is a problem while it is to be had, or to be let go; else somebody runs it, or nobody need. */
  private forgetSettled(free: ReadonlySet<string>): void {
    this.problems.keepSegments((id) => free.has(keyOf(id)) || this.held.get(keyOf(id))?.stopping === true);
  }

  private async consider(candidate: Candidate, share: number): Promise<void> {
    const key = keyOf(candidate.id);
    // Beyond its share an instance takes only what nobody else has wanted for a while.
    const since = this.freeSince.get(key) ?? performance.now();
    this.freeSince.set(key, since);
    if (this.running.length >= share && performance.now() - since < this.leaseMs) return;
    const lease = await this.taker.take(candidate);
    if (!lease) return;
    this.freeSince.delete(key);
    // The shutdown may have given back all leases before this one was taken.
    if (this.isStopped) await this.state.leases.release(lease).catch(() => undefined);
    else this.startLoop(candidate, lease);
  }

  /** An expiry that is further away than the lease was given for counts only while its owner goes on renewing it. */
  private isFree(id: SegmentId): boolean {
    const key = keyOf(id);
    const row = this.leaseOf(id);
    if (!row || row.live || !row.farAway || row.owner === this.state.instance) {
      this.farSince.delete(key);
      return !row?.live || row.owner === this.state.instance;
    }
    const known = this.farSince.get(key);
    if (known?.epoch === row.epoch) return performance.now() - known.since >= FAR_AWAY_MS;
    this.farSince.set(key, { epoch: row.epoch, since: performance.now() });
    return false;
  }

  private startLoop(candidate: Candidate, lease: Lease): void {
    const { id } = candidate;
    const held: Held = { id, candidate, lease, stopping: false };
    this.held.set(keyOf(id), held);
    candidate
      .start(lease, this.directiveFor(id))
      .catch((error: unknown) => this.problems.failed(`run segment ${id.segment}`, id.projection, error, id))
      .finally(() => this.held.delete(keyOf(id)))
      .catch(() => undefined);
  }

  /** It gives its lease back itself once it has ended. */
  private stopLoop(held: Held): void {
    if (held.stopping) return;
    held.stopping = true;
    held.candidate.stop().catch((error: unknown) => {
      this.problems.failed(`stop segment ${held.id.segment}`, held.id.projection, error, held.id);
    });
  }

  private async stopLoops(): Promise<void> {
    const { running } = this;
    for (const held of running) held.stopping = true;
    await Promise.allSettled(running.map(({ candidate }) => candidate.stop()));
  }

  private giveBack(share: number): void {
    for (const held of surplusOf(this.running, share, this.state.instance, this.view)) this.stopLoop(held);
  }

  /** What it holds and is not about to let go. */
  private get running(): Held[] {
    return [...this.held.values()].filter(({ stopping }) => !stopping);
  }

  private async attempt(
    task: string,
    projection: string | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
      this.problems.passed(task, projection);
    } catch (error) {
      this.problems.failed(task, projection, error);
    }
  }

  private stateOf(projection: string): StateRow | undefined {
    return this.view.states.find((row) => row.projection === projection);
  }

  private leaseOf({ projection, segment }: SegmentId): LeaseRow | undefined {
    return this.view.leases.find((lease) => lease.projection === projection && lease.segment === segment);
  }

  private directiveFor({ projection, segment }: SegmentId): Directive {
    const state = this.stateOf(projection);
    return {
      state: state?.state ?? 'running',
      generation: state?.generation ?? 0,
      commands: this.view.commands.filter((row) => row.projection === projection && row.segment === segment),
    };
  }
}

/** Whether other segments are wanted than there are, by this code. */
function isDue(stored: StateRow, { version, segmentBy }: DeclaredProjection): boolean {
  const { segments, segmentsWanted, segmentedBy, segmentByWanted } = stored;
  if (stored.version !== version || segmentByWanted !== segmentBy) return false;
  return segments !== segmentsWanted || (segments > 1 && segmentedBy !== segmentByWanted);
}
