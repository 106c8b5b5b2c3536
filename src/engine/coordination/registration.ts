import type { DataSource } from 'typeorm';
import type { Beginning } from '../../state/beginning';
import type { DeclaredProjection } from '../../state/declared-projection';
import { giveWay } from '../../state/give-way';
import type { StateRow } from '../../state/projection-state';
import type { RegistrationStore } from '../../state/registration.store';
import type { SegmentCutStore } from '../../state/segment-cut.store';
import { tableName } from '../../state/table-name';
import { inTransaction } from '../../database/transaction';
import type { CoordinationProblems } from './coordination-problems';
import { isTransientError } from '../failures/transient-error';
import { ProjectionSourceChangedError } from './projection-source-changed.error';

const TASK = 'register';
/** What is there already keeps its beginning. */
const KNOWN: Beginning = { after: 0n, historyUntil: 0n };

/** Makes the projections of this instance known to the database, each by itself; what failed is tried again. */
export class Registration {
  private all: readonly DeclaredProjection[] = [];
  private left: readonly DeclaredProjection[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly registrations: RegistrationStore,
    private readonly cuts: SegmentCutStore,
    private readonly problems: CoordinationProblems,
    private readonly beginning: (projection: string) => Promise<Beginning>,
  ) {}

  /** @throws what will not pass by itself, as a missing table */
  async begin(projections: readonly DeclaredProjection[]): Promise<void> {
    const left: DeclaredProjection[] = [];
    this.all = projections;
    for (const projection of projections)
      await this.register(projection).catch((error: unknown) => {
        if (!isTransientError(error)) throw error;
        this.problems.failed(TASK, projection.name, error);
        left.push(projection);
      });
    this.left = left;
  }

  /** One whose row is gone, as after a TRUNCATE of the module's tables, is registered again. */
  see(states: readonly StateRow[]): void {
    const stored = new Set(states.map(({ projection }) => projection));
    this.left = this.all.filter((one) => this.left.includes(one) || !stored.has(one.name));
  }

  async goOn(): Promise<void> {
    for (const projection of this.left)
      try {
        await this.register(projection);
        this.left = this.left.filter((other) => other !== projection);
        this.problems.passed(TASK, projection.name);
      } catch (error) {
        this.problems.failed(TASK, projection.name, error);
      }
  }

  private async register(projection: DeclaredProjection): Promise<void> {
    const { name } = projection;
    const known = await this.registrations.isRegistered(name);
    const beginning = known ? KNOWN : await this.beginning(name);
    await inTransaction(this.dataSource, async (manager) => {
      await giveWay(manager);
      const source = await this.registrations.register(projection, beginning, manager);
      if (source !== projection.source)
        throw new ProjectionSourceChangedError(
          projection,
          source,
          tableName(this.dataSource, 'projection_states'),
        );
      await this.cuts.callOff(name, manager);
    });
  }
}
