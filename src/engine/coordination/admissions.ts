import type { DeclaredProjection } from '../../state/declared-projection';
import type { StateRow } from '../../state/projection-state';
import { admissionOf } from './admission';
import type { ControlView } from './control-view';
import type { CoordinationProblems } from './coordination-problems';
import { SegmentByChangedError } from './segment-by.errors';

const ADMIT = 'run';

/** Tells which code may run, by what the database has seen, and says of the rest why it may not. */
export class Admissions {
  /** @param outdated told when the database has seen newer code */
  constructor(
    private readonly problems: CoordinationProblems,
    private readonly outdated: (projection: string, stored: number) => void,
  ) {}

  among(runnable: readonly DeclaredProjection[], view: ControlView): DeclaredProjection[] {
    return runnable.filter((code) => this.admits(code, view.stateOf(code.name)));
  }

  forget(projection: string): void {
    this.problems.passed(ADMIT, projection);
  }

  private admits(code: DeclaredProjection, stored: StateRow | undefined): boolean {
    const { name } = code;
    const admission = admissionOf(code, stored);
    if (admission === 'outdated') this.outdated(name, stored!.version);
    if (admission === 'changed')
      this.problems.failed(ADMIT, name, new SegmentByChangedError(name, stored!.version, stored!.segments));
    else this.problems.passed(ADMIT, name);
    return admission === 'runs';
  }
}
