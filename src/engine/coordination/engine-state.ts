import type { DataSource } from 'typeorm';
import { AuditStore } from '../../state/audit.store';
import { CheckpointStore } from '../../state/checkpoint.store';
import { CommandStore } from '../../state/command.store';
import { ControlStore } from '../../state/control.store';
import { DeadLetterStore } from '../../state/dead-letter.store';
import { InlineMarkStore } from '../../state/inline-mark.store';
import { LeaseStore } from '../../state/lease.store';
import { ProgressStore } from '../../state/progress.store';
import { RegistrationStore } from '../../state/registration.store';
import { SegmentCutStore } from '../../state/segment-cut.store';
import { TroubleStore } from '../../state/trouble.store';
import { newInstanceId } from './instance-id';

/** Everything the engine keeps in the database, as this instance sees it. */
export class EngineState {
  readonly instance = newInstanceId();
  readonly checkpoints: CheckpointStore;
  readonly registrations: RegistrationStore;
  readonly control: ControlStore;
  readonly audits: AuditStore;
  readonly commands: CommandStore;
  readonly leases: LeaseStore;
  readonly deadLetters: DeadLetterStore;
  readonly cuts: SegmentCutStore;
  readonly inlineMarks: InlineMarkStore;
  readonly progress: ProgressStore;
  readonly troubles: TroubleStore;

  constructor(dataSource: DataSource, leaseMs: number) {
    this.checkpoints = new CheckpointStore(dataSource);
    this.registrations = new RegistrationStore(dataSource);
    this.control = new ControlStore(dataSource);
    this.audits = new AuditStore(dataSource);
    this.commands = new CommandStore(dataSource);
    this.leases = new LeaseStore(dataSource, this.instance, leaseMs);
    this.inlineMarks = new InlineMarkStore(dataSource);
    this.progress = new ProgressStore(dataSource);
    this.troubles = new TroubleStore(dataSource);
    this.deadLetters = new DeadLetterStore(dataSource, this.instance);
    this.cuts = new SegmentCutStore(dataSource, this.deadLetters);
  }
}
