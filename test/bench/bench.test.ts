import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '../..');

describe('npm run bench', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'bench-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('prints a table and writes the figures, with machine and versions', async () => {
    const json = join(folder, 'result.json');
    const { stdout } = await bench('--only', 'W5', '--events', '200', '--repetitions', '2', '--json', json);
    expect(stdout).toMatch(/postgres: PostgreSQL.*│ one projection +│.*│ five projections +│/s);
    const result = JSON.parse(await readFile(json, 'utf8')) as {
      machine: object;
      results: { variants: { runs: object[]; summaries: object }[] }[];
    };
    expect(result.machine).toMatchObject({ node: process.version, typeorm: expect.any(String) as string });
    const [one, five] = result.results[0]!.variants;
    expect(one!.runs).toHaveLength(2);
    expect(five!.summaries).toMatchObject({ ms: { median: expect.any(Number) as number }, 'peak MB': {} });
  });

  it('says which workloads there are when one is not', async () => {
    await expect(bench('--only', 'W9')).rejects.toMatchObject({
      stderr: expect.stringMatching(/no workload W9; known are W1, /) as string,
    });
  });
});

const bench = (...args: string[]) =>
  run('npm', ['run', '--silent', 'bench', '--', ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: process.env.TEST_DATABASE_URL },
  });
