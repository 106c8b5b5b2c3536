import type { DataSource } from 'typeorm';
import { inTransaction } from '../../database/transaction';
import type { CheckpointStore } from '../../state/checkpoint.store';
import { giveWay } from '../../state/give-way';
import type { Lease, LeaseStore } from '../../state/lease.store';
import type { SegmentCutStore } from '../../state/segment-cut.store';
import { keyOf } from '../../state/segment-id';
import type { Candidate } from './candidate';
import type { CoordinationProblems } from './coordination-problems';
import { SegmentLockedError } from './segment-by.errors';
import { isTransientError } from '../failures/transient-error';

/** What could not be taken is left alone for twice as long each time: every try may cost a second of the others' time. */
const TRY_AGAIN_MS = { min: 400, max: 10_000 };

/** Takes leases for this instance, each by itself. */
export class LeaseTaker {
  private readonly waits = new Map<string, { ms: number; until: number }>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly leases: LeaseStore,
    private readonly checkpoints: CheckpointStore,
    private readonly cuts: SegmentCutStore,
    private readonly problems: CoordinationProblems,
  ) {}

  /** @returns `undefined` when the lease is not to be had now */
  async take(candidate: Candidate): Promise<Lease | undefined> {
    const { projection, segment } = candidate.id;
    const key = keyOf(candidate.id);
    const task = `take over segment ${segment}`;
    // What has kept it from here has passed where somebody else has had it since.
    const wait = this.problems.isKnown(task, projection) ? this.waits.get(key) : undefined;
    if (wait && performance.now() < wait.until) return undefined;
    try {
      const lease = await this.claimPast(candidate);
      this.waits.delete(key);
      this.problems.passed(task, projection);
      return lease;
    } catch (error) {
      const ms = Math.min(wait ? wait.ms * 2 : TRY_AGAIN_MS.min, TRY_AGAIN_MS.max);
      this.waits.set(key, { ms, until: performance.now() + ms });
      this.problems.failed(task, projection, error, candidate.id);
      return undefined;
    }
  }

  /** Past an old owner that does not let go of its open batch. */
  private async claimPast(candidate: Candidate): Promise<Lease | undefined> {
    const { id } = candidate;
    try {
      return await this.claim(candidate);
    } catch (error) {
      if (!isTransientError(error)) throw error;
    }
    // Where it was a batch that held us up, whoever has the lease's row is a rival as alive as this instance.
    if (!(await this.checkpoints.terminateStaleSession(id))) await this.leases.terminateStaleSession(id);
    return this.claim(candidate).catch((error: unknown) => {
      throw isLockTimeout(error) ? new SegmentLockedError(id.projection, id.segment, error) : error;
    });
  }

  /** Raises the epoch of lease and checkpoint together, so that no older owner can write from here on. */
  private claim({ id, code, initial, segments }: Candidate): Promise<Lease | undefined> {
    return inTransaction(this.dataSource, async (manager) => {
      // It waits no longer for the old one's open batch, whose session is ended then.
      await giveWay(manager);
      if (!(await this.cuts.hold(manager, code, segments))) return undefined;
      await this.checkpoints.create(manager, id, initial);
      const lease = await this.leases.acquire(manager, id);
      if (lease) await this.checkpoints.claim(manager, id, lease.epoch);
      return lease;
    });
  }
}

const isLockTimeout = (error: unknown): boolean =>
  (error as { driverError?: { code?: string } } | undefined)?.driverError?.code === '55P03';
