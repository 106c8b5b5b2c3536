/**
 * Breaks the engine on purpose, one place after the other, and says how long the fuzzer takes to find each.
 *
 *     node -r @swc-node/register test/fuzz/sabotage.ts [name ...]
 *
 * Run it in a checkout that nothing else uses: it edits sources and puts them back.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Sabotage {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly broken: string;
}

const SABOTAGES: Sabotage[] = [
  {
    name: 'the fence does not look where the checkpoint is',
    file: 'src/state/checkpoint.store.ts',
    text: 'AND position = $3 AND replay_until IS NOT DISTINCT FROM $6 AND',
    broken: 'AND $3::bigint IS NOT NULL AND coalesce($6::bigint, 0) IS NOT NULL AND',
  },
  {
    name: 'the feed claims more than it gives',
    file: 'src/engine/reading/event-feed.ts',
    text: 'through: cutOff ? events.at(-1)!.globalPosition : end,',
    broken: 'through: end,',
  },
  {
    name: 'a dead letter stays when a retry has applied it',
    file: 'src/engine/letters/dead-letter-queue.ts',
    text: 'await this.deadLetters.remove(manager, letter.id);',
    broken: '',
  },
  {
    name: 'events do not wait behind a parked one',
    file: 'src/engine/letters/dead-letter-queue.ts',
    text: 'if (this.parked.size === 0) return { apply: events, hold: [] };',
    broken: 'if (this.parked.size >= 0) return { apply: events, hold: [] };',
  },
  {
    name: 'the checkpoint is stored before the rows',
    file: 'src/engine/segment/batch-pipeline.ts',
    text: 'return (manager: EntityManager) => this.parts.cursor.advance(from, to, manager);',
    broken: 'return () => this.parts.cursor.advance(from, to);',
  },
  {
    name: 'open transactions are not waited for',
    file: 'src/postgres/sql/settled-head.sql.ts',
    text: "WHERE locktype = 'relation' AND granted",
    broken: "WHERE false AND locktype = 'relation' AND granted",
  },
  {
    name: 'a resegmentation begins where the first segment was',
    file: 'src/state/segment-cut.store.ts',
    text: 'if (stands.every(({ position }) => BigInt(position) === foremost))',
    broken: 'if (stands.length > 0)',
  },
];

const SECONDS = 120;

async function main(names: readonly string[]): Promise<void> {
  for (const sabotage of SABOTAGES) {
    if (names.length > 0 && !names.some((name) => sabotage.name.includes(name))) continue;
    const began = performance.now();
    const found = await broken(sabotage, foundByFuzzer);
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(
      `${found ? `found in ${seconds} s` : `NOT FOUND in ${seconds} s`}: ${sabotage.name}\n`,
    );
    if (found) process.stdout.write(`${found}\n`);
    else process.exitCode = 1;
  }
}

async function broken<T>(
  { name, file, text, broken: instead }: Sabotage,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(__dirname, '../..', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`"${name}": ${file} does not have once: ${text}`);
  writeFileSync(path, source.replace(text, instead));
  try {
    return await work();
  } finally {
    writeFileSync(path, source);
  }
}

/** @returns what it says of the first failure; `undefined` where there is none */
async function foundByFuzzer(): Promise<string | undefined> {
  const jest = spawn(process.execPath, ['node_modules/jest/bin/jest.js', 'test/fuzz'], {
    cwd: join(__dirname, '../..'),
    env: { ...process.env, FUZZ_SECONDS: process.env.FUZZ_SECONDS ?? String(SECONDS) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  jest.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(jest, 'close')) as [number | null];
  if (code === 0) return undefined;
  const from = said.indexOf('FuzzError');
  return said.slice(Math.max(from, 0)).split('\n').slice(0, 4).join('\n');
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 2;
});
