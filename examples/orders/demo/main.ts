import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainError } from './explain-error';
import { parseOptions } from './options';
import { runDemo } from './run-demo';
import { aborted, StopRequest } from './stop-request';

/** How long tidying up may take once the user has asked twice. */
const LAST_GRACE_MS = 3_000;

const stop = new StopRequest();

async function main(): Promise<number> {
  try {
    return await runDemo(parseOptions(process.argv, process.env), stop);
  } catch (error) {
    process.stderr.write(`${explainError(error, process.env)}\n`);
    return 1;
  }
}

async function abandoned(): Promise<number> {
  await aborted(stop.insistence);
  await sleep(LAST_GRACE_MS);
  return stop.exitCode;
}

void Promise.race([main(), abandoned()]).then((code) => process.exit(code));
