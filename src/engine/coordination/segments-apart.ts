import type { DeclaredProjection } from '../../state/declared-projection';
import type { StateRow } from '../../state/projection-state';
import type { CoordinationProblems } from './coordination-problems';
import { SegmentsApartError } from './segment-by.errors';

const BRING_TOGETHER = 'bring its segments together';

/**
 * Tells of segments that have to be brought together before they can be shared out in another way. Whoever could do it may
 * be about to: only what lasts is worth telling.
 */
export class SegmentsApart {
  private readonly since = new Map<string, number>();

  /** @param lastsMs from when on it is told */
  constructor(
    private readonly problems: CoordinationProblems,
    private readonly lastsMs: number,
  ) {}

  note(code: DeclaredProjection, stored: StateRow | undefined): void {
    const { name } = code;
    if (!stored || !isApart(code, stored)) {
      this.forget(name);
      return;
    }
    const since = this.since.get(name) ?? performance.now();
    this.since.set(name, since);
    if (performance.now() - since >= this.lastsMs)
      this.problems.failed(BRING_TOGETHER, name, new SegmentsApartError(name));
  }

  forget(projection: string): void {
    this.since.delete(projection);
    this.problems.passed(BRING_TOGETHER, projection);
  }
}

const isApart = ({ version, segmentBy }: DeclaredProjection, stored: StateRow): boolean =>
  stored.version === version &&
  stored.segments > 1 &&
  stored.segmentedBy !== segmentBy &&
  stored.segmentByWanted === segmentBy;
