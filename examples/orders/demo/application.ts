import { once } from 'node:events';
import type { INestApplication } from '@nestjs/common';
import { DemoError } from './demo-error';
import { createOrdersApp } from '../create-orders-app';

/** The example service, listening. Its projections run. */
export async function startApplication(url: string, port: number | undefined): Promise<INestApplication> {
  const app = await createOrdersApp(
    { url },
    {
      logger: ['warn', 'error', 'fatal'],
      // The dashboard's server-sent events would keep the application from closing.
      forceCloseConnections: true,
    },
  );
  try {
    await app.init();
    // Not `app.listen`, which logs what is told better below.
    if (port !== undefined) await once(app.getHttpServer().listen(port), 'listening');
    return app;
  } catch (error) {
    await app.close();
    throw portProblem(error, port) ?? error;
  }
}

function portProblem(error: unknown, port: number | undefined): DemoError | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen') return undefined;
  if (code === 'EADDRINUSE')
    return new DemoError(`Port ${port} is in use. Choose another one: PORT=${port! + 1} npm run demo`);
  if (code === 'EACCES')
    return new DemoError(`Port ${port} is not for everybody. Choose one above 1023: PORT=3000 npm run demo`);
  return undefined;
}
