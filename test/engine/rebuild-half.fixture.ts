import { Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { startApp } from '../support/app';
import { Counter } from './counter';
import { Counters } from './counters.projection';

const HALF = 250n;

/** Comes half-way through a rebuild, says so, and stays there in the middle of a batch. */
@Projection({ name: 'counters', readModels: [Counter], batchSize: 50 })
class HalfCounters extends Counters {
  override async any(event: RecordedEvent, context: ProjectionContext): Promise<void> {
    await super.any(event, context);
    if (!context.replaying || event.globalPosition < HALF) return;
    process.stdout.write('half-way');
    await new Promise(() => undefined);
  }
}

async function main(): Promise<void> {
  const app = await startApp(process.env.DATABASE_URL!, {
    projections: [HalfCounters],
    entities: [Counter],
    // The test waits for the lease to run out.
    options: { leaseMs: 1_000 },
  });
  await app.projections.rebuild('counters');
}

void main();
