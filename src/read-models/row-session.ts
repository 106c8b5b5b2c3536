import type { ClientBase } from 'pg';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { WriteStep } from '../database/write-step';
import { Cascades } from './cascades';
import { inOrder } from './in-order';
import type { RowTable } from './row-table';
import type { RowTables } from './row-tables';
import type { TableLinks } from './table-links';
import { TableSession } from './table-session';
import { inPhases } from './write-phases';

/** What a batch comes to: encoded when it was folded, so that the next one may change the rows meanwhile. */
export interface RowWrites {
  /** How many rows. */
  readonly count: number;
  /** What to write, for whoever does it all in one statement; `undefined` where statements must follow each other. */
  readonly steps: (() => WriteStep[]) | undefined;
  /** @throws ForeignWriteError */
  save(client: ClientBase): Promise<void>;
  /** @param transaction the id of the transaction, which marks the rows it has written */
  committed(transaction: string): void;
}

/**
 * The rows of a segment between the database and its handlers: loaded for a whole batch, kept from batch to batch, and
 * written back when they changed. Handlers see rows as the batch in flight will leave them. After a rollback all is
 * forgotten, since what is in memory never came to be.
 */
export class RowSession {
  private readonly tables: ReadonlyMap<EntityTarget<ObjectLiteral>, TableSession>;
  private readonly cascades: Cascades;
  private readonly links: TableLinks;
  /** Whether rows that are not in memory are being deleted by the batch that is being written. */
  private reachesBeyondMemory = false;

  /** @param cacheBytes how much memory rows may take between batches */
  constructor(
    { projection, tables, links }: RowTables,
    private readonly cacheBytes: () => number,
  ) {
    const sessions = new Map<RowTable, TableSession>();
    this.cascades = new Cascades(projection, links, (table) => sessions.get(table)!);
    for (const table of tables.values()) sessions.set(table, new TableSession(table, this.cascades));
    this.tables = new Map([...tables].map(([entity, table]) => [entity, sessions.get(table)!]));
    this.links = links;
  }

  /** @param entity one of those that the session was made for */
  tableOf(entity: EntityTarget<ObjectLiteral>): TableSession {
    return this.tables.get(entity)!;
  }

  /** @param alone whether the batch is one event, and cannot be parted */
  begin(alone: boolean): void {
    const now = new Date();
    const share = this.cacheBytes() / this.tables.size;
    this.cascades.begin();
    for (const table of this.tables.values()) table.begin(now, share, alone);
  }

  get isMissingRows(): boolean {
    return this.sessions.some(({ isMissingRows }) => isMissingRows);
  }

  /** Whether rows may only be loaded when the batch before is written: it deletes some that nobody knows of here. */
  get mustWait(): boolean {
    return this.reachesBeyondMemory;
  }

  /** @param lock whether the rows stay locked to the end of the client's transaction */
  async load(client: ClientBase, lock: boolean): Promise<void> {
    await this.links.read(client);
    for (const table of this.sessions) await table.load(client, lock);
  }

  /** Makes all rows of the batch what a reload would show. */
  async ask(client: ClientBase): Promise<void> {
    for (const table of this.sessions) await table.ask(client);
  }

  /** @throws DanglingRowError */
  end(): RowWrites {
    this.cascades.check();
    const changes = this.sessions.map((table) => table.end()).filter((change) => change !== undefined);
    this.reachesBeyondMemory = this.cascades.reachBeyondMemory;
    const steps = () => inPhases(changes.map(({ encoded }) => encoded.phases()));
    return {
      count: changes.reduce((sum, { count }) => sum + count, 0),
      steps: this.links.haveSideEffects ? undefined : steps,
      save: async (client) => {
        const { areLinked, combined } = this.links;
        const inTurn = () =>
          inOrder(
            client,
            changes.map(
              ({ encoded }) =>
                () =>
                  encoded.save(client),
            ),
          );
        await (areLinked ? combined.save(client, steps()) : inTurn());
      },
      committed: (transaction) => {
        this.reachesBeyondMemory = false;
        for (const change of changes) change.committed(transaction);
      },
    };
  }

  reset(): void {
    this.reachesBeyondMemory = false;
    for (const table of this.sessions) table.reset();
  }

  private get sessions(): TableSession[] {
    return [...this.tables.values()];
  }
}
