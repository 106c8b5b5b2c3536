import type { ControlSnapshot, InstanceRow, LeaseRow } from '../../state/control-snapshot';
import type { StateRow } from '../../state/projection-state';
import type { SegmentId } from '../../state/segment-id';
import type { Directive } from '../segment/segment-runner';

const NOTHING: ControlSnapshot = { states: [], leases: [], instances: [], commands: [] };

/** What the database said at one look, to be asked. */
export class ControlView {
  constructor(readonly snapshot: ControlSnapshot = NOTHING) {}

  get instances(): readonly InstanceRow[] {
    return this.snapshot.instances;
  }

  stateOf(projection: string): StateRow | undefined {
    return this.snapshot.states.find((row) => row.projection === projection);
  }

  leaseOf({ projection, segment }: SegmentId): LeaseRow | undefined {
    return this.snapshot.leases.find((lease) => lease.projection === projection && lease.segment === segment);
  }

  directiveFor({ projection, segment }: SegmentId): Directive {
    const state = this.stateOf(projection);
    return {
      state: state?.state ?? 'running',
      generation: state?.generation ?? 0,
      commands: this.snapshot.commands.filter(
        (row) => row.projection === projection && row.segment === segment,
      ),
    };
  }
}
