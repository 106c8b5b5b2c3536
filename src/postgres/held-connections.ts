import type { DataSource } from 'typeorm';
import { poolOf } from './client-config';

interface PooledClient {
  readonly connection?: { readonly stream?: { destroy(): void } };
}

/**
 * Knows since when connections of the pool are lent, so that those on which nothing comes back any more can be cut: a pool
 * ends only when it has all of them back, and until then the process does not end either.
 */
export class HeldConnections {
  private readonly lentSince = new Map<PooledClient, number>();

  constructor(dataSource: DataSource) {
    const pool = poolOf(dataSource);
    const isBack = (client: unknown) => this.lentSince.delete(client as PooledClient);
    pool.on('acquire', (client) => this.lentSince.set(client as PooledClient, performance.now()));
    pool.on('release', (_error, client) => isBack(client));
    pool.on('remove', isBack);
  }

  /** Cuts those that are lent for so long. Statements on them fail as with any lost connection. */
  cutLentFor(ms: number): void {
    const before = performance.now() - ms;
    for (const [client, since] of this.lentSince) if (since <= before) client.connection?.stream?.destroy();
  }
}
