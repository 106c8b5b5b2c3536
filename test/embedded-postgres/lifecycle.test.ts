import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, isRunning, ServerFolder } from './servers';

describe('the embedded server', () => {
  let folder: ServerFolder;
  beforeAll(async () => {
    folder = await ServerFolder.create();
  });
  afterEach(() => folder.stop());
  afterAll(() => folder.remove());

  it('answers, on the loopback interface only', async () => {
    const server = await folder.start({ settings: { application_name: `it's mine` } });
    expect(server).toMatchObject({ attached: false, dataDir: await realpath(folder.dataDir) });
    expect(await ask(server.url, 'SHOW data_directory')).toBe(server.dataDir);
    expect(await ask(server.url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await ask(server.url, 'SHOW server_encoding')).toBe('UTF8');
    expect(await ask(server.url, `SELECT upper('é')`)).toBe('É');
    expect(await ask(server.url, 'SHOW fsync')).toBe('off');
    expect(await ask(server.url, 'SHOW application_name')).toBe(`it's mine`);
  });

  it('asks for the password', async () => {
    const { url } = await folder.start();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('is durable unless told otherwise', async () => {
    const server = await folder.start({ durable: true });
    expect(await ask(server.url, 'SHOW fsync')).toBe('on');
    expect(await ask(server.url, 'SHOW synchronous_commit')).toBe('on');
  });

  it('is attached to by a second start', async () => {
    const first = await folder.start();
    const second = await folder.start();
    expect(second).toMatchObject({ attached: true, pid: first.pid, url: first.url });
    await second.stop();
    expect(isRunning(first.pid)).toBe(false);
  });

  it('is one server for starts at the same time', async () => {
    const fresh = await ServerFolder.create();
    try {
      const servers = await Promise.all([fresh.start(), fresh.start(), fresh.start()]);
      expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
    } finally {
      await fresh.remove();
    }
  });

  it('leaves no process when stopped, and can be stopped again', async () => {
    const server = await folder.start();
    await Promise.all([server.stop(), server.stop()]);
    expect(isRunning(server.pid)).toBe(false);
    await expect(ask(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.stop();
  });

  it('comes back on the same port with its data, while clients keep trying', async () => {
    const first = await folder.start();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const port = Number(new URL(first.url).port);

    const load = { on: true, answers: 0 };
    const clients = Array.from({ length: 4 }, async () => {
      while (load.on) {
        await ask(first.url, 'SELECT 1').then(
          () => load.answers++,
          () => sleep(1),
        );
      }
    });
    for (let round = 0; round < 3; round++) {
      const server = await folder.start({ port });
      const answers = load.answers;
      while (load.answers < answers + 4) await sleep(1);
      await server.stop();
    }
    const last = await folder.start({ port });
    load.on = false;
    await Promise.all(clients);

    expect(last.url).toBe(first.url);
    expect(await ask(last.url, 'SELECT answer FROM kept')).toBe(42);
  });
});
