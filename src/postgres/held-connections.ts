import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from '../database/client-config';

interface PooledClient {
  readonly connection?: { readonly stream?: { destroy(): void } };
}

/**
 * Knows since when connections of the pool are lent, so that those on which nothing comes back any more can be cut: a pool
 * ends only when it has all of them back, and until then the process does not end either.
 */
export class HeldConnections {
  private readonly pool: Pool;
  private readonly open = new WeakSet<PooledClient>();
  private readonly lentSince = new Map<PooledClient, number>();

  constructor(dataSource: DataSource) {
    this.pool = poolOf(dataSource);
    const isBack = (client: unknown) => this.lentSince.delete(client as PooledClient);
    this.pool.on('connect', (client) => this.open.add(client as PooledClient));
    this.pool.on('acquire', (client) => this.lentSince.set(client as PooledClient, performance.now()));
    this.pool.on('release', (_error, client) => isBack(client));
    this.pool.on('remove', isBack);
  }

  /** Cuts those that are lent for so long, or are still being opened. What waits for them fails as with any lost connection. */
  cutLentFor(ms: number): void {
    const before = performance.now() - ms;
    const lent = [...this.lentSince].filter(([, since]) => since <= before).map(([client]) => client);
    // The pool tells nobody of a connection before the server has answered.
    const { _clients: all = [] } = this.pool as { _clients?: PooledClient[] };
    const opening = all.filter((client) => !this.open.has(client) && !this.lentSince.has(client));
    for (const client of [...lent, ...opening]) client.connection?.stream?.destroy();
  }
}
