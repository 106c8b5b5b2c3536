import type { DataSource } from 'typeorm';
import { endsWithin } from '../async/ends-within';

/** How long it waits for a connection of the pool, all of which may be waiting for the batch. */
const PATIENCE_MS = 3_000;

/** Ends, from another connection, whatever statement a batch is waiting for. */
export class StatementCancel {
  private sent: Promise<unknown> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    /** Whose transaction it is; 0 of a caller's, which is the caller's to cancel. */
    private readonly fenced: { readonly backend: number },
  ) {}

  readonly send = (): void => {
    const { backend } = this.fenced;
    if (backend === 0) return;
    this.sent = this.dataSource.query('SELECT pg_cancel_backend($1)', [backend]).catch(() => undefined);
  };

  /**
   * To be awaited before the connection is anybody else's, whose statement it would hit: where the cancel gets no
   * connection in time, that of the batch is given up, and the server process with it.
   */
  async settled(client: unknown): Promise<void> {
    if (!this.sent || (await endsWithin(this.sent, PATIENCE_MS))) return;
    (client as { end(): Promise<void> }).end().catch(() => undefined);
  }
}
