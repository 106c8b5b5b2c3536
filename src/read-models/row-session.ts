import type { ClientBase } from 'pg';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { inOrder } from './in-order';
import type { RowTable } from './row-table';
import { type SavedChanges, TableSession } from './table-session';

/** What a batch comes to: encoded when it was folded, so that the next one may change the rows meanwhile. */
export interface RowWrites {
  readonly isEmpty: boolean;
  /**
   * @param transaction the id of the transaction, which marks the rows it writes
   * @throws ForeignWriteError
   */
  save(client: ClientBase, transaction: string): Promise<void>;
  committed(): void;
}

/**
 * The rows of a segment between the database and its handlers: loaded for a whole batch, kept from batch to batch, and
 * written back when they changed. Handlers see rows as the batch in flight will leave them. After a rollback all is
 * forgotten, since what is in memory never came to be.
 */
export class RowSession {
  private readonly tables: ReadonlyMap<EntityTarget<ObjectLiteral>, TableSession>;

  /** @param cacheBytes how much memory rows may take between batches */
  constructor(
    tables: ReadonlyMap<EntityTarget<ObjectLiteral>, RowTable>,
    private readonly cacheBytes: () => number,
  ) {
    this.tables = new Map([...tables].map(([entity, table]) => [entity, new TableSession(table)]));
  }

  /** @param entity one of those that the session was made for */
  tableOf(entity: EntityTarget<ObjectLiteral>): TableSession {
    return this.tables.get(entity)!;
  }

  begin(): void {
    const now = new Date();
    const share = this.cacheBytes() / this.tables.size;
    for (const table of this.tables.values()) table.begin(now, share);
  }

  get isMissingRows(): boolean {
    return this.sessions.some(({ isMissingRows }) => isMissingRows);
  }

  /** @param lock whether the rows stay locked to the end of the client's transaction */
  async load(client: ClientBase, lock: boolean): Promise<void> {
    for (const table of this.sessions) await table.load(client, lock);
  }

  /** Makes all rows of the batch what a reload would show. */
  async ask(client: ClientBase): Promise<void> {
    for (const table of this.sessions) await table.ask(client);
  }

  end(): RowWrites {
    const saves = this.sessions.map((table) => table.end()).filter((save) => save !== undefined);
    let saved: SavedChanges[] = [];
    return {
      isEmpty: saves.length === 0,
      save: async (client, transaction) => {
        const tasks = saves.map((save) => () => save(client, transaction));
        saved = await inOrder(client, tasks);
      },
      committed: () => {
        for (const table of saved) table.committed();
      },
    };
  }

  reset(): void {
    for (const table of this.sessions) table.reset();
  }

  private get sessions(): TableSession[] {
    return [...this.tables.values()];
  }
}
