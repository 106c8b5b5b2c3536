import { cpus, totalmem } from 'node:os';
import { query } from './harness/database';

/** What the figures of a run depend on. */
export async function describeMachine(serverUrl: string): Promise<Record<string, string>> {
  const [row] = await query<{ version: string; settings: string }>(
    serverUrl,
    `SELECT version(), concat_ws(', ', 'fsync ' || current_setting('fsync'),
       'synchronous_commit ' || current_setting('synchronous_commit'),
       'shared_buffers ' || current_setting('shared_buffers')) AS settings`,
  );
  return {
    processor: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    postgres: row!.version,
    settings: row!.settings,
    peer: `@event-driven-io/emmett-postgresql ${versionOf('@event-driven-io/emmett-postgresql')}`,
    typeorm: versionOf('typeorm'),
    pg: versionOf('pg'),
  };
}

function versionOf(name: string): string {
  const root = require.resolve(name).split(`node_modules/${name}/`)[0]!;
  return (require(`${root}node_modules/${name}/package.json`) as { version: string }).version;
}
