import { startApplication } from './application';
import { openDatabase } from './database';
import type { DemoOptions } from './options';
import { say } from './say';
import { serve } from './serve';
import { aborted, type StopRequest } from './stop-request';
import { fillReadModels } from './fill-read-models';

/** Everything from the first line to the exit code; what is opened first is closed last. */
export async function runDemo(options: DemoOptions, stop: StopRequest): Promise<number> {
  const database = await openDatabase(options);
  try {
    say(`Using ${database.name}.`);
    const app = await startApplication(database.url, options.once ? undefined : options.port);
    try {
      const { complete, hasShop } = await fillReadModels(app, options, stop.signal);
      if (stop.signal.aborted) {
        say('Stopped half-way. The next start goes on from here.');
        return stop.exitCode;
      }
      if (options.once) return complete ? 0 : 1;
      await serve(app, hasShop, stop.signal);
      return 0;
    } finally {
      await Promise.race([app.close(), aborted(stop.insistence)]);
    }
  } finally {
    await database.stop();
  }
}
