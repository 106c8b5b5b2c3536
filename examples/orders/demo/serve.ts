import type { INestApplication } from '@nestjs/common';
import pc from 'picocolors';
import { curlLines } from './curl-lines';
import { say } from './say';
import { aborted } from './stop-request';

/** Answers requests until `signal` aborts. */
export async function serve(app: INestApplication, hasShop: boolean, signal: AbortSignal): Promise<void> {
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `localhost:${port}`;
  say(`\nServing on http://${url} until Ctrl-C. Worth trying:\n`);
  for (const line of curlLines(url, hasShop)) say(`  ${pc.cyan(line)}`);
  await aborted(signal);
  say('\nStopping.');
}
