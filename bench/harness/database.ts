import { Client } from 'pg';
import type { Model } from '../models/model';
import { CHECKPOINT_DDL } from '../variants/clients';
import { openApp } from '../variants/ours-app';
import type { Workload } from './workload';

/** A database with the events of one workload, in which one run after the other begins anew. */
export class BenchDatabase {
  private constructor(
    private readonly serverUrl: string,
    private readonly name: string,
    readonly url: string,
    private readonly startsEmpty: boolean,
  ) {}

  /** Made by the module's own migrations, filled by one statement. */
  static async create(serverUrl: string, workload: Workload, events: number): Promise<BenchDatabase> {
    const name = `bench_${workload.id.toLowerCase()}_${process.pid}`;
    await query(serverUrl, `CREATE DATABASE ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    const app = await openApp(url.href, { entities: [], projections: [] });
    await app.close();
    if (workload.insert) {
      await query(url.href, workload.insert(events));
      await query(url.href, 'VACUUM ANALYZE events');
    }
    return new BenchDatabase(serverUrl, name, url.href, workload.insert === undefined);
  }

  async reset(models: readonly Model[]): Promise<void> {
    const tables = models.flatMap(({ tables: names }) => names);
    await query(this.url, `DROP TABLE IF EXISTS ${['bench_checkpoint', ...tables].join(', ')}`);
    await query(this.url, [CHECKPOINT_DDL, ...models.map(({ ddl }) => ddl)].join('; '));
    await query(this.url, DROP_OF_PEER);
    await query(this.url, FORGET_PROJECTIONS);
    if (this.startsEmpty) await query(this.url, 'TRUNCATE events RESTART IDENTITY');
    await query(this.url, 'CHECKPOINT');
  }

  async handled(models: readonly Model[], events: number): Promise<number> {
    const [row] = await query<{ handled: number }>(
      this.url,
      'SELECT count(*)::int AS handled FROM events WHERE global_position <= $1 AND type = ANY ($2)',
      [events, models[0]?.types ?? []],
    );
    return row!.handled;
  }

  /** Equal for equal tables. */
  async digest(models: readonly Model[]): Promise<string> {
    const digests = models
      .flatMap(({ tables }) => tables)
      .map(
        (table) => `(SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM ${table} t)`,
      );
    const [row] = await query<{ digest: string }>(
      this.url,
      `SELECT concat_ws(' ', ${digests.join(', ')}) AS digest`,
    );
    return row!.digest;
  }

  async drop(): Promise<void> {
    await query(this.serverUrl, `DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

/** What the peer made: tables, functions and the collection of its documents. */
const DROP_OF_PEER = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND (relname LIKE 'emt\\_%' OR relname LIKE '%\\_documents' OR relname = 'dmb_migrations')
  LOOP EXECUTE 'DROP TABLE ' || name || ' CASCADE'; END LOOP; END $$`;

const FORGET_PROJECTIONS = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind = 'r' AND relname LIKE 'projection\\_%'
  LOOP EXECUTE 'TRUNCATE ' || name; END LOOP; END $$`;

export async function query<Row>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
