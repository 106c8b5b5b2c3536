import type { EntityManager } from 'typeorm';
import { EXEMPTION_LOCK } from '../database/advisory-locks';

/** Marks a transaction that changes checkpoints and is no batch, so that a new owner waits for it and does not end it. */
export async function exemptFromTermination(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [...EXEMPTION_LOCK]);
}
