import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApp } from '../../support/app';
import { runOn } from '../../support/database';
import { eventually } from '../../support/eventually';
import { startProxy } from '../../support/proxy';
import { happened } from '../../support/store';
import { ServerFolder } from '../../embedded-postgres/servers';
import { createSeenTable, SeenBy } from './seen';

it('reads nothing from a standby that connections lead to for a while, and misses nothing', async () => {
  const [primary, standby] = [await ServerFolder.create(), await ServerFolder.create()];
  const first = await primary.start();
  const port = Number(new URL(first.url).port);
  const query = (sql: string) => runOn(first.url, sql);
  await createSeenTable(query);
  const writer = await startApp(first.url, { options: { run: false } });
  await writer.store.append('a', [happened(), happened()]);
  await primary.stop();
  // With its owner, who is not the one of this process where that is root.
  await promisify(execFile)('cp', ['-a', primary.dataDir, standby.dataDir]);
  await rm(join(standby.dataDir, 'postmaster.pid'), { force: true });
  await writeFile(join(standby.dataDir, 'standby.signal'), '');
  await primary.start({ port });
  const behind = await standby.start({ port: undefined });

  const proxy = await startProxy(first.url);
  const app = await startApp(proxy.url, {
    projections: [SeenBy],
    options: { listen: false, retry: { backoff: { minMs: 10, maxMs: 50 } } },
  });
  try {
    await app.projections.waitFor('seen', 2n);
    proxy.leadTo(behind.url);
    await eventually(() => expect(app.store.head()).rejects.toMatchObject({ name: 'ServerInRecoveryError' }));
    const page = { after: 0n, upTo: 2n, types: undefined, limit: 10, maxBytes: 1_000_000 };
    await expect(app.store.readPage(page)).rejects.toMatchObject({ name: 'ServerInRecoveryError' });
    const { globalPosition } = await writer.store.append('b', [happened(), happened()]);
    proxy.leadTo(first.url);
    await eventually(() => app.projections.waitFor('seen', globalPosition));
    expect(await query('SELECT count(*)::int AS n FROM seen')).toEqual([{ n: 4 }]);
  } finally {
    await app.close();
    await writer.close();
    await proxy.stop();
    await standby.remove();
    await primary.remove();
  }
});
