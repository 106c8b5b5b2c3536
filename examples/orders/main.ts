import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { startEmbeddedPostgres } from '../embedded-postgres';
import { createOrdersApp } from './create-orders-app';

const DATA_DIR = join(__dirname, '../../node_modules/.cache/nestjs-projections/orders');

/** Serves on PORT from the database of DATABASE_URL, or from a server of its own, until it is told to stop. */
async function main(): Promise<void> {
  const server = process.env.DATABASE_URL ? undefined : await startEmbeddedPostgres({ dataDir: DATA_DIR });
  try {
    const app = await createOrdersApp({ url: server?.url ?? process.env.DATABASE_URL! });
    try {
      const stop = toldToStop();
      await app.listen(Number(process.env.PORT || 3000));
      new Logger('Orders').log(`Serving on ${await app.getUrl()}`);
      await stop;
    } finally {
      await app.close();
    }
  } finally {
    // Last: projections still commit while the application closes.
    await server?.stop();
  }
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (told) process.exit(1);
        told = true;
        resolve();
      });
  });
}

void main().catch((error: unknown) => {
  new Logger('Orders').error(error);
  process.exitCode = 1;
});
