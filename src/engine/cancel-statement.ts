import type { DataSource } from 'typeorm';
import type { Fenced } from '../state/checkpoint.store';

/** Ends the statement that the transaction is waiting for, from another connection. */
export function cancelStatement(dataSource: DataSource, { backend }: Fenced): void {
  // The transaction of an append is its caller's to cancel.
  if (backend === 0) return;
  void dataSource.query('SELECT pg_cancel_backend($1)', [backend]).catch(() => undefined);
}
