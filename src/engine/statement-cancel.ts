import type { DataSource } from 'typeorm';
import type { Fenced } from '../state/checkpoint.store';

/** Ends, from another connection, whatever statement a batch is waiting for. */
export class StatementCancel {
  private sent: Promise<unknown> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly fenced: Fenced,
  ) {}

  readonly send = (): void => {
    const { backend } = this.fenced;
    // The transaction of an append is its caller's to cancel.
    if (backend === 0) return;
    this.sent = this.dataSource.query('SELECT pg_cancel_backend($1)', [backend]).catch(() => undefined);
  };

  /** To be awaited before the connection is anybody else's, whose statement it would hit. */
  async settled(): Promise<void> {
    await this.sent;
  }
}
