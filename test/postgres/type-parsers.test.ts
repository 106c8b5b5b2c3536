import { types } from 'pg';
import { appendTo, statusOf, useLog } from '../failures/use-log';

const INT8 = 20;
const JSONB = 3802;

describe('an application that has its own parser for bigint', () => {
  const log = useLog();
  const before = types.getTypeParser(INT8);
  afterAll(() => types.setTypeParser(INT8, before));

  // As many do; some libraries do it behind their users' backs.
  it.each([
    ['numbers', Number],
    ['bigints', BigInt],
  ])('gets %s, and nothing else changes', async (_, parser) => {
    types.setTypeParser(INT8, parser as (text: string) => number);
    log.fault.now = ({ version }) => {
      if (version === 2) throw new Error('two');
    };
    const app = await log.start({ onError: 'park-stream' });
    const position = await appendTo(app, 'X', 3);
    expect(position).toBe(3n);
    await app.projections.waitFor('log', position);
    expect(await app.store.readStream('X')).toMatchObject([1, 2, 3].map((version) => ({ version })));
    expect(await statusOf(app)).toMatchObject({ position: 3n, deadLetters: 1, lag: { events: 0 } });

    log.fault.now = () => undefined;
    const [letter] = await app.projections.deadLetters('log');
    expect(letter).toMatchObject({
      id: expect.any(String) as string,
      event: { version: 2, globalPosition: 2n },
    });
    expect(await app.projections.retryDeadLetters('log', { ids: [letter!.id] })).toEqual({
      applied: 2,
      failed: 0,
    });
    expect(await log.versionsOf('X')).toEqual([1, 2, 3]);
  });
});

describe('an application that has jsonb left as text', () => {
  const log = useLog();
  const before = types.getTypeParser(JSONB);
  afterAll(() => types.setTypeParser(JSONB, before));

  it('is told how many dead letters were retried and discarded', async () => {
    types.setTypeParser(JSONB, (text) => text);
    log.fault.now = ({ version }) => {
      if (version <= 2) throw new Error('bad');
    };
    const app = await log.start({ onError: 'dead-letter' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    log.fault.now = ({ version }) => {
      if (version === 2) throw new Error('still bad');
    };
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 1, failed: 1 });
    expect(await app.projections.discardDeadLetters('log', { reason: 'test' })).toBe(1);
  });

  it('is told why a projection has stopped', async () => {
    types.setTypeParser(JSONB, (text) => text);
    log.fault.now = () => {
      throw new Error('bad');
    };
    const app = await log.start();
    await expect(app.projections.waitFor('log', await appendTo(app, 'X'))).rejects.toThrow('Error: bad');
    expect(await statusOf(app)).toMatchObject({ state: 'stopped', error: { position: 1n } });
  });
});
