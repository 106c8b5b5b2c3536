import { Projections } from 'nestjs-projections';
import { type RunContext, timed, type Variant } from '../harness/run';
import type { Style } from '../models/model';
import { openApp, pauseBeforeStart } from './ours-app';

/** No run takes as long. */
const RUN_MS = 3_600_000;

interface OursOptions {
  readonly segments?: number;
  /** @default the module's own */
  readonly batchSize?: number;
}

/** This library with its default settings, or those given. */
export function ours(style: Style, options: OursOptions = {}): Variant {
  const settings = Object.entries(options).map(([name, value]) => `, ${name} ${value}`);
  return {
    name: `nestjs-projections, ${style}${settings.join('')}`,
    run: (context) => project(context, style, options),
  };
}

async function project({ url, models, events }: RunContext, style: Style, options: OursOptions) {
  const names = models.map(({ name }) => name);
  await pauseBeforeStart(url, names);
  const app = await openApp(url, {
    entities: models.flatMap(({ entities }) => entities),
    projections: models.map((model) => model.projection(style, options)),
  });
  try {
    const projections = app.get(Projections);
    return await timed(events, async () => {
      for (const name of names) await projections.resume(name);
      await Promise.all(
        names.map((name) => projections.waitFor(name, BigInt(events), { timeoutMs: RUN_MS })),
      );
    });
  } finally {
    await app.close();
  }
}
