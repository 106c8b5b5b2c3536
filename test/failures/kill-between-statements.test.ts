import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { createDatabase, type TestDatabase } from '../support/database';
import { LOG_TABLE } from './log-projection';

/** More statements than this cannot be: the loop must end. */
const MOST = 40;

describe('a process killed between any two statements around a poison event', () => {
  let database: TestDatabase;
  let child: ChildProcessByStdio<Writable, Readable, null> | undefined;

  beforeAll(async () => {
    database = await createDatabase();
    await database.query(LOG_TABLE);
  });

  afterAll(async () => {
    child?.kill('SIGKILL');
    await database.drop();
  });

  it('leaves dead letter, rows and checkpoint that agree', async () => {
    let deaths = 0;
    for (let n = 1, survived = false; !survived && n < MOST; n++) {
      survived = await run(n);
      if (!survived) deaths++;
    }
    // Batch, good events, dead letter and rest: four transactions.
    expect(deaths).toBeGreaterThanOrEqual(15);
    expect(deaths).toBeLessThan(MOST - 1);
    for (let n = 1; n <= deaths + 1; n++) await expectRightEnd(n);
  }, 300_000);

  /** @returns whether there was no n-th statement to die at */
  async function run(n: number): Promise<boolean> {
    const args = [
      '-r',
      '@swc-node/register',
      join(__dirname, 'poison.fixture.ts'),
      database.url,
      `X-${n}`,
      String(n),
    ];
    child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (line === 'HEALED') child!.stdin.write('go\n');
    });
    const [code, signal] = await exit;
    expect({ lines, code, signal }).toEqual(
      lines.includes('SURVIVED')
        ? { lines: ['HEALED', 'SURVIVED'], code: 0, signal: null }
        : { lines: ['HEALED'], code: null, signal: 'SIGKILL' },
    );
    await endLeases();
    return code === 0;
  }

  /** So that the next process need not wait until the dead one's lease runs out. */
  const endLeases = async () => {
    await database.query(`DELETE FROM projection_instances`);
    await database.query(`UPDATE projection_leases SET expires_at = '-infinity'`);
  };

  async function expectRightEnd(n: number): Promise<void> {
    const stream = [`X-${n}`];
    const rows = await database.query('SELECT version FROM log WHERE stream_id = $1 ORDER BY serial', stream);
    const letters = await database.query(
      'SELECT version, state, attempts FROM projection_dead_letters WHERE stream_id = $1',
      stream,
    );
    expect({ n, rows: rows.map(({ version }) => version as number), letters }).toEqual({
      n,
      rows: [1, 2, 4],
      letters: [{ version: '3', state: 'failed', attempts: 1 }],
    });
  }
});
