import type { StoredFailure } from '../../state/projection-state';
import { CheckpointBeyondStoreError, CheckpointOfAnotherStoreError } from './store.errors';

const NAMES = new Set([CheckpointBeyondStoreError.name, CheckpointOfAnotherStoreError.name]);

/** Whether a projection stopped because its checkpoint is not one of this store, and so says nothing about it. */
export const isOfAnotherStore = (failure: StoredFailure | null | undefined): boolean =>
  failure != null && NAMES.has(failure.name);
