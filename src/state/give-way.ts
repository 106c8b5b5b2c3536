import type { EntityManager } from 'typeorm';

/** Whoever waits for a batch that hangs renews no leases. What gives up is tried again. */
const LOCK_MS = 500;
/**
 * A process that stands still with rows locked loses its connection after this long: an operator's `pause`, whose
 * statement may take twice as long, has to wait for it no longer.
 */
const IDLE_MS = 5_000;

/** Keeps a transaction on the rows of a projection from holding up others for long, or itself behind them. */
export async function giveWay(manager: EntityManager): Promise<void> {
  await manager.query(
    `SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)`,
    [LOCK_MS, IDLE_MS],
  );
}
