import { SharedCall } from '../../src/postgres/shared-call';
import { Deferred } from '../support/deferred';

describe('a shared call', () => {
  it('runs once at a time, also for who comes between the end of one and the start of the next', async () => {
    const { released, release } = new Deferred();
    let running = 0;
    let most = 0;
    const shared = new SharedCall(async () => {
      most = Math.max(most, ++running);
      await released;
      running--;
    });
    const calls = [shared.run(), shared.run()];
    release();
    for (let turn = 0; turn < 30; turn++) {
      calls.push(shared.run());
      await Promise.resolve();
    }
    await Promise.all(calls);
    expect(most).toBe(1);
  });
});
