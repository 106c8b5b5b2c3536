import type { QueryArrayConfig } from 'pg';
import { QueryFailedError } from 'typeorm';
import { AppendCanceledError } from '../events/append-canceled.error';
import { ReadOnlyStoreError } from '../events/read-only-store.error';
import { sqlStateOf } from '../database/sql-state';
import { conflictOf } from './append-conflict';
import { alteredOf, leftOutOf } from './append-rows';
import { ProjectionsLeftOut } from './projections-left-out';
import { isCanceled, isReadOnly } from '../database/sql-state';

/** What it means for an append that its statement failed, so that whoever appended can tell what to do. */
export function refusalOf(error: unknown, streamId: string, { text, values }: QueryArrayConfig): unknown {
  // What a connection says that was lost is no answer of the server.
  if (!(error instanceof Error) || sqlStateOf(error) === undefined) return error;
  const leftOut = leftOutOf(error);
  if (leftOut) return new ProjectionsLeftOut(leftOut);
  const failed = new QueryFailedError(text, values as unknown[], error);
  if (isReadOnly(error)) return new ReadOnlyStoreError(streamId, failed);
  if (isCanceled(error)) return new AppendCanceledError(streamId, failed);
  return alteredOf(error, streamId) ?? conflictOf(failed) ?? failed;
}
