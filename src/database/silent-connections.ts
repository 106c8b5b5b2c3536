import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { STATEMENT_TIMEOUT_MS } from './timed-query';

const logger = new Logger('Connections');

const originals = new WeakMap<DataSource, DataSource>();

interface ClientState {
  readonly connection: { readonly stream: Socket };
  /** `false` while the answer to a statement is waited for. */
  readonly readyForQuery?: boolean | null;
}

/**
 * The data source for the engine alone: its connections are ended when a statement has gone unanswered for long, as on
 * one whose other end vanished without a word. It then fails as on any lost connection, where nothing would ever end it.
 * Those of the application are not touched.
 *
 * @param longestMs the longest that a statement of a transaction may take; others have `STATEMENT_TIMEOUT_MS`
 */
export function withoutSilentConnections(dataSource: DataSource, longestMs: () => number): DataSource {
  const watched = Object.create(dataSource, {
    createQueryRunner: { value: () => watch(dataSource.createQueryRunner(), longestMs()) },
    query: {
      value: async (text: string, values?: unknown[], within?: QueryRunner) => {
        if (within) return dataSource.query(text, values, within);
        const runner = watch(dataSource.createQueryRunner(), STATEMENT_TIMEOUT_MS);
        try {
          return await dataSource.query<unknown>(text, values, runner);
        } finally {
          await runner.release();
        }
      },
    },
  }) as DataSource;
  // Its transactions and statements go through `watched`, as what is made of it is.
  Object.defineProperty(watched, 'manager', { value: watched.createEntityManager() });
  originals.set(watched, dataSource);
  return watched;
}

/** The data source itself, for what may wait for a lock as long as it takes. */
export function withSilentConnections(dataSource: DataSource): DataSource {
  return originals.get(dataSource) ?? dataSource;
}

/** Has the connection of a runner end when it is silent; the runner itself stays the data source's. */
function watch(runner: QueryRunner, ms: number): QueryRunner {
  const connect = runner.connect.bind(runner) as () => Promise<PoolClient>;
  const release = runner.release.bind(runner);
  let stop: (() => void) | undefined;
  runner.connect = async () => {
    const client = await connect();
    stop ??= endWhenSilent(client, ms, () => runner.isReleased);
    return client;
  };
  runner.release = () => {
    stop?.();
    return release();
  };
  return runner;
}

/** @returns how to stop */
function endWhenSilent(client: PoolClient, ms: number, isOver: () => boolean): () => void {
  const { connection } = client as unknown as ClientState;
  let heard = connection.stream.bytesRead;
  let since = performance.now();
  const look = () => {
    if (isOver()) return clearInterval(timer);
    const waiting = (client as unknown as ClientState).readyForQuery === false;
    const { bytesRead } = connection.stream;
    if (!waiting || bytesRead !== heard) {
      heard = bytesRead;
      since = performance.now();
    } else if (performance.now() - since >= ms) {
      clearInterval(timer);
      logger.warn(`A connection has not answered for ${Math.round(ms / 1000)} s, and is ended`);
      connection.stream.destroy();
    }
  };
  const timer = setInterval(look, Math.max(10, Math.min(1_000, ms / 4))).unref();
  return () => clearInterval(timer);
}
