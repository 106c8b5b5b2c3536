import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from '../../support/app';
import { startApp } from '../../support/app';
import { runOn } from '../../support/database';
import { Deferred } from '../../support/deferred';
import { eventually } from '../../support/eventually';
import { happened } from '../../support/store';
import { isRunning, ServerFolder } from '../../embedded-postgres/servers';
import { createSeenTable, seen, SeenBy } from './seen';

/** What is committed reaches the disk only by a checkpoint. */
const LOSING = {
  synchronous_commit: 'off',
  wal_writer_delay: '10000',
  wal_writer_flush_after: '1GB',
  fsync: 'on',
};

describe('a server that comes back without its last commits', () => {
  let folder: ServerFolder;
  let url: string;
  let app: TestApp;
  const query = (sql: string) => runOn(url, sql);

  beforeEach(async () => {
    folder = await ServerFolder.create();
    ({ url } = await folder.start({ durable: true, settings: LOSING }));
    await createSeenTable(query);
  });
  afterEach(async () => {
    seen.reset();
    await app?.close();
    await folder.remove();
  });

  async function append(count: number): Promise<bigint> {
    let last = 0n;
    for (let n = 0; n < count; n++) last = (await app.store.append(`s-${n}`, [happened(n)])).globalPosition;
    return last;
  }

  const postmaster = () =>
    Number(readFileSync(join(folder.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);

  async function crash(): Promise<void> {
    const pid = postmaster();
    process.kill(pid, 'SIGQUIT');
    await eventually(() => expect(isRunning(pid)).toBe(false));
    await folder.start({ durable: true, settings: LOSING, port: Number(new URL(url).port) });
  }

  /** As the kernel does when memory is short: the postmaster lives, and has everything recovered. */
  async function killBackend(): Promise<void> {
    const [own] = await runOn<{ pid: number }>(
      url,
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'nestjs-projections listen'`,
    );
    process.kill(own!.pid, 'SIGKILL');
    await eventually(async () => {
      const [row] = await query(`SELECT pid FROM pg_stat_activity WHERE pid = ${own!.pid}`);
      expect(row).toBeUndefined();
    });
  }

  const expectAllApplied = (last: bigint) =>
    eventually(async () => {
      const stored = await query('SELECT global_position AS position FROM events ORDER BY 1');
      expect(await query('SELECT position FROM seen ORDER BY 1')).toEqual(stored);
      const [status] = await app.projections.status();
      expect(status).toMatchObject({ state: 'running', position: last, head: last, lag: { events: 0 } });
    });

  it.each([
    ['restarted', crash],
    ['recovered by its postmaster', killBackend],
  ])('is followed where the projection stood at the head: %s', async (_, end) => {
    app = await startApp(url, {
      projections: [SeenBy],
      options: { retry: { backoff: { minMs: 10, maxMs: 100 } } },
    });
    await app.projections.waitFor('seen', await append(20));
    await query('CHECKPOINT');
    await app.projections.waitFor('seen', await append(100));
    await end();
    await eventually(async () => expect(await query('SELECT FROM events')).toHaveLength(20));
    // As many positions again as were lost, and more.
    await expectAllApplied(await append(50));
    await expectAllApplied(await append(100));
  });

  it('is followed where the projection was half-way', async () => {
    app = await startApp(url, {
      projections: [SeenBy],
      options: { retry: { backoff: { minMs: 10, maxMs: 100 } } },
    });
    await app.projections.waitFor('seen', await append(20));
    await query('CHECKPOINT');
    const [gate, reached] = [new Deferred(), new Deferred()];
    seen.before = async (position) => {
      if (position !== 60n) return;
      reached.release();
      await gate.released;
    };
    await append(100);
    await reached.released;
    await crash();
    gate.release();
    await expectAllApplied(await append(50));
    await expectAllApplied(await append(100));
  });
});
