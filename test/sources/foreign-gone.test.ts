import { EventStore, ProjectionHealthIndicator } from 'nestjs-projections';
import { type Proxy, startProxy } from '../support/proxy';
import { eventually } from '../support/eventually';
import { positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';
import { FOREIGN } from './foreign-app';
import { facts, useForeign } from './use-foreign';

const NOWHERE = 'postgres://127.0.0.1:1/nobody';

describe('a foreign database that does not answer', () => {
  const use = useForeign();
  let proxy: Proxy;
  beforeEach(async () => {
    proxy = await startProxy(use.foreign.url);
  });
  afterEach(() => proxy.stop());

  it('keeps its own projections waiting and no others, says so, and is followed again', async () => {
    const projections = [recorder({ name: 'own' }), recorder({ name: 'theirs', source: FOREIGN })];
    const app = await use.start(projections, facts(), { foreignUrl: proxy.url });
    await app.projections.waitFor('theirs', await use.add('ref-1'));

    proxy.leadTo(NOWHERE);
    const position = await use.add('ref-2');
    const own = await app.app.get(EventStore).append('s', [happened()]);
    await app.projections.waitFor('own', own);
    await eventually(async () => {
      const [mine, theirs] = await app.projections.status();
      expect(mine).toMatchObject({ name: 'own', state: 'running', error: undefined });
      expect(theirs).toMatchObject({ state: 'retrying', error: { name: 'SourceNotReadableError' } });
    });
    const { projections: health } = await app.app.get(ProjectionHealthIndicator).isHealthy('projections');
    expect(health).toMatchObject({ status: 'down', projections: { own: { problem: null } } });
    await expect(app.projections.waitFor('theirs', position, { timeoutMs: 100 })).rejects.toMatchObject({
      name: 'WaitTimeoutError',
    });

    proxy.leadTo(use.foreign.url);
    await app.projections.waitFor('theirs', position, { timeoutMs: 30_000 });
    expect(await positionsRecordedBy(use.database, 'theirs')).toHaveLength(2);
  });

  it('answers a status within its time although it hangs', async () => {
    const projections = [recorder({ name: 'own' }), recorder({ name: 'theirs', source: FOREIGN })];
    const app = await use.start(projections, facts(), { foreignUrl: proxy.url });
    proxy.silenceAll();
    const [own, theirs] = await app.projections.status();
    expect(own).toMatchObject({ name: 'own', state: 'running' });
    expect(theirs).toMatchObject({ state: 'retrying', error: { name: 'SourceNotReadableError' } });
    proxy.leadTo(NOWHERE);
  });
});
