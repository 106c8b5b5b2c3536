import type { DataSource } from 'typeorm';
import type { ControlSnapshot } from '../../state/control-snapshot';
import type { DeclaredProjection } from '../../state/declared-projection';
import { keyOf, type SegmentId } from '../../state/segment-id';
import { Admissions } from './admissions';
import type { Candidate, CoordinatedProjections } from './candidate';
import { ControlView } from './control-view';
import { CoordinationProblems } from './coordination-problems';
import type { EngineState } from './engine-state';
import { fairShare } from './fair-share';
import { FreeSegments } from './free-segments';
import { Heartbeat } from './heartbeat';
import { HeldLoops } from './held-loops';
import { LeaseTaker } from './lease-taker';
import { outsideContext } from '../../async/outside-context';
import { Registration } from './registration';
import { isResegmentationDue } from './resegmentation-due';
import { SegmentsApart } from './segments-apart';
import { surplusOf } from './surplus';
import { endsWithin } from '../../async/ends-within';

/** How often wishes of operators and free leases are looked for. */
const TICK_MS = 400;
/** How long whoever asks for a look waits for one that gets nowhere. */
const NUDGE_MS = 5_000;
/** How long a shutdown waits for a look, and how long for its leases to be given back. */
const LAST_LOOK_MS = 2_000;
const LEAVE_MS = 2_000;

/** What is to be done for a projection as a whole. */
const RESEGMENT = 'make its segments anew';

/**
 * This instance among the others: keeps its leases, takes free ones up to its share, gives back what is above it, and
 * passes on what operators want. Each projection and each segment is seen to by itself: what fails for one is remembered,
 * logged and tried again, and the others go on.
 */
export class Coordinator {
  /** The projections that this instance may run, by the last look. */
  private able: readonly DeclaredProjection[] = [];
  private readonly problems = new CoordinationProblems();
  private readonly loops = new HeldLoops(this.problems);
  private readonly admissions: Admissions;
  private readonly free: FreeSegments;
  private readonly apart: SegmentsApart;
  private readonly registration: Registration;
  private readonly heartbeat: Heartbeat;
  private readonly taker: LeaseTaker;
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> | undefined;
  private phase: 'new' | 'running' | 'stopped' = 'new';
  private view = new ControlView();

  constructor(
    dataSource: DataSource,
    leaseMs: number,
    private readonly state: EngineState,
    private readonly projections: CoordinatedProjections,
  ) {
    const { problems } = this;
    const { registrations, cuts, leases, checkpoints, instance } = state;
    this.admissions = new Admissions(problems, (name, stored) => projections.outdated(name, stored));
    this.free = new FreeSegments(instance, leaseMs);
    this.apart = new SegmentsApart(problems, leaseMs);
    this.registration = new Registration(dataSource, registrations, cuts, problems, (name) =>
      projections.beginning(name),
    );
    this.taker = new LeaseTaker(dataSource, leases, checkpoints, cuts, problems);
    this.heartbeat = new Heartbeat(
      leases,
      leaseMs,
      problems,
      () => this.able.map(({ name }) => name),
      () => this.loops.all.map(({ lease }) => lease),
    );
  }

  /** What the database said at the last look. */
  get snapshot(): ControlSnapshot {
    return this.view.snapshot;
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
    await this.loops.stopAll();
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
    this.ticking ??= this.problems
      .attempt('coordinate', undefined, () => this.tick())
      .finally(() => (this.ticking = undefined));
    await this.ticking;
  }

  private async tick(): Promise<void> {
    await this.registration.goOn();
    await this.look();
    await this.resegment();
    await this.heartbeat.tell();
    const candidates = this.able.flatMap((code) =>
      this.projections.candidates(code, this.view.stateOf(code.name)!),
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
    for (const { candidate } of this.loops.all) candidate.direct(this.view.directiveFor(candidate.id));
  }

  private async look(): Promise<void> {
    const snapshot = await this.state.control.snapshot();
    this.view = new ControlView(snapshot);
    this.registration.see(snapshot.states);
    this.projections.observe(snapshot);
    const runnable = this.projections.runnable();
    this.able = this.admissions.among(runnable, this.view);
    this.forgetResting(new Set(runnable.map(({ name }) => name)));
  }

  /** Nobody wants the others to run here now, whatever has kept them from it. */
  private forgetResting(runnable: ReadonlySet<string>): void {
    for (const { name } of this.projections.declared())
      if (!runnable.has(name)) {
        this.problems.passed(RESEGMENT, name);
        this.admissions.forget(name);
        this.apart.forget(name);
      }
  }

  private async resegment(): Promise<void> {
    let changed = false;
    for (const code of this.projections.runnable()) {
      const stored = this.view.stateOf(code.name);
      if (!stored || !isResegmentationDue(stored, code)) {
        this.problems.passed(RESEGMENT, code.name);
        continue;
      }
      await this.problems.attempt(RESEGMENT, code.name, () => this.projections.resegment(code, stored));
      changed = true;
    }
    if (changed) await this.look();
    for (const code of this.projections.runnable()) this.apart.note(code, this.view.stateOf(code.name));
  }

  /** Ends loops whose lease somebody else has taken, as after a long standstill, and loops of code that may not run. */
  private letGo(): void {
    const refused = new Set(this.projections.runnable().map(({ name }) => name));
    for (const { name } of this.able) refused.delete(name);
    for (const held of this.loops.all) {
      const row = this.view.leaseOf(held.id);
      const isLost = row?.owner !== this.state.instance || BigInt(row.epoch) !== held.lease.epoch;
      if (isLost || refused.has(held.id.projection)) this.loops.stop(held);
    }
  }

  private isToBeHad(id: SegmentId): boolean {
    return !this.loops.has(id) && this.free.has(id, this.view.leaseOf(id));
  }

  /** A segment is a problem while it is to be had, or to be let go; else somebody runs it, or nobody need. */
  private forgetSettled(free: ReadonlySet<string>): void {
    this.problems.keepSegments((id) => free.has(keyOf(id)) || this.loops.isStopping(id));
  }

  private async consider(candidate: Candidate, share: number): Promise<void> {
    const { id } = candidate;
    const isLeftOver = this.free.isLeftOver(id);
    if (this.loops.running.length >= share && !isLeftOver) return;
    const lease = await this.taker.take(candidate);
    if (!lease) return;
    this.free.taken(id);
    // The shutdown may have given back all leases before this one was taken.
    if (this.isStopped) await this.state.leases.release(lease).catch(() => undefined);
    else this.loops.start(candidate, lease, this.view.directiveFor(id));
  }

  private giveBack(share: number): void {
    const { loops, state, view } = this;
    for (const held of surplusOf(loops.running, share, state.instance, view.snapshot)) loops.stop(held);
  }
}
