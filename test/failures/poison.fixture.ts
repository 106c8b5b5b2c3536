import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { startApp } from '../support/app';
import { countStatements } from './die-at-statement';

const [url, stream, dieAt] = process.argv.slice(2) as [string, string, string];

/** The database refuses the third event, after two good writes of the same batch. */
@Projection({ name: 'log', onError: 'dead-letter', retry: { attempts: 1 } })
class LogProjection {
  @OnAny()
  async any({ streamId, version }: RecordedEvent, { manager }: ProjectionContext) {
    const written = version === 3 ? 'three' : version;
    await manager.query('INSERT INTO log (stream_id, version) VALUES ($1, $2)', [streamId, written]);
  }
}

async function main(): Promise<void> {
  const app = await startApp(url, { projections: [LogProjection] });
  const { settled } = await app.store.head();
  await app.projections.waitFor('log', settled);
  process.stdout.write('HEALED\n');
  await once(createInterface(process.stdin), 'line');

  countStatements(Number(dieAt));
  const events = [1, 2, 3, 4].map((n) => ({ type: 'Happened', data: { n } }));
  await app.projections.waitFor('log', (await app.store.append(stream, events)).globalPosition);
  process.stdout.write('SURVIVED\n');
  await app.close();
  process.stdin.destroy();
}

void main();
