import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';

/** Namespace of the module's advisory locks ("proj"), beside whatever the application locks. */
const NAMESPACE = 0x70726f6a;
const PATIENCE_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Keeps appends and the hand-over of an inline projection apart: an append holds the gate shared while it decides
 * whether to apply its events, a hand-over takes it alone and so sees every append decided.
 */
export class InlineGate {
  constructor(private readonly projection: string) {}

  /** Until the transaction ends. Costs appends no write and no waiting for each other. */
  async share(manager: EntityManager): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock_shared($1, hashtext($2))', [
      NAMESPACE,
      this.projection,
    ]);
  }

  /**
   * @returns `undefined` when appends held the gate all the while. New appends queue behind whoever waits for it
   * alone, so it waits briefly and is to be asked again.
   */
  async close<T>(
    dataSource: DataSource,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await dataSource.transaction('READ COMMITTED', async (manager) => {
        await manager.query(`SET LOCAL lock_timeout = ${PATIENCE_MS}`);
        await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [NAMESPACE, this.projection]);
        await manager.query('SET LOCAL lock_timeout = 0');
        return work(manager);
      });
    } catch (error) {
      if (
        error instanceof QueryFailedError &&
        (error.driverError as { code?: string }).code === LOCK_NOT_AVAILABLE
      )
        return undefined;
      throw error;
    }
  }
}
