import type { EntityManager } from 'typeorm';

/** An advisory lock of this module ("prok", and any number). */
export const SHIELD = [0x70726f6b, 1];

/** Marks a transaction that changes checkpoints and is no batch, so that a new owner waits for it and does not end it. */
export async function shield(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock_shared($1, $2)', SHIELD);
}
