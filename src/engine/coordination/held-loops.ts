import type { Lease } from '../../state/lease.store';
import { keyOf, type SegmentId } from '../../state/segment-id';
import type { Directive } from '../segment/segment-runner';
import type { Candidate } from './candidate';
import type { CoordinationProblems } from './coordination-problems';

export interface Held {
  readonly id: SegmentId;
  readonly candidate: Candidate;
  readonly lease: Lease;
  stopping: boolean;
}

/** The loops that this instance runs, each under a lease, until they have ended. */
export class HeldLoops {
  private readonly held = new Map<string, Held>();

  constructor(private readonly problems: CoordinationProblems) {}

  get all(): readonly Held[] {
    return [...this.held.values()];
  }

  /** Those that are not about to end. */
  get running(): readonly Held[] {
    return this.all.filter(({ stopping }) => !stopping);
  }

  has(id: SegmentId): boolean {
    return this.held.has(keyOf(id));
  }

  isStopping(id: SegmentId): boolean {
    return this.held.get(keyOf(id))?.stopping === true;
  }

  start(candidate: Candidate, lease: Lease, directive: Directive): void {
    const { id } = candidate;
    this.held.set(keyOf(id), { id, candidate, lease, stopping: false });
    candidate
      .start(lease, directive)
      .catch((error: unknown) => this.problems.failed(`run segment ${id.segment}`, id.projection, error, id))
      .finally(() => this.held.delete(keyOf(id)))
      .catch(() => undefined);
  }

  /** It gives its lease back itself once it has ended. */
  stop(held: Held): void {
    if (held.stopping) return;
    held.stopping = true;
    held.candidate.stop().catch((error: unknown) => {
      this.problems.failed(`stop segment ${held.id.segment}`, held.id.projection, error, held.id);
    });
  }

  async stopAll(): Promise<void> {
    const { running } = this;
    for (const held of running) held.stopping = true;
    await Promise.allSettled(running.map(({ candidate }) => candidate.stop()));
  }
}
