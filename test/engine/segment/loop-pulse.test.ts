import { LoopPulse } from '../../../src/engine/segment/loop-pulse';
import { OrderLeft } from '../../../src/engine/failures/lost-claims';
import { ManualClock } from '../../support/manual-clock';

describe('the pulse of a loop', () => {
  let clock: ManualClock;
  let pulse: LoopPulse;
  beforeEach(() => {
    clock = new ManualClock();
    pulse = new LoopPulse(clock);
  });

  /** Whether a promise is settled after a time. */
  async function isOver(promise: Promise<void>, ms = 0): Promise<boolean> {
    let over = false;
    void promise.then(() => (over = true));
    await clock.advance(ms);
    return over;
  }

  it('beats while it rests, and wakes up', async () => {
    const rest = pulse.rest(10_000);
    expect(await isOver(rest, 5_500)).toBe(false);
    expect(pulse.ageMs).toBe(500);
    pulse.wakeUp();
    expect(await isOver(rest)).toBe(true);
  });

  it('rests no more until the turn that meets what woke it', async () => {
    pulse.wakeUp();
    expect(await isOver(pulse.rest(10_000))).toBe(true);
    pulse.turn();
    expect(await isOver(pulse.rest(10_000))).toBe(false);
  });

  it('sits a time out that nothing but the end cuts short', async () => {
    const wait = pulse.sitOut(10_000);
    pulse.wakeUp();
    expect(await isOver(wait, 5_000)).toBe(false);
    pulse.end();
    expect(await isOver(wait)).toBe(true);
    expect(pulse.ended.reason).toBeInstanceOf(OrderLeft);
  });

  it.each(['rest', 'sitOut'] as const)('is over with its %s when the time is up', async (wait) => {
    const over = pulse[wait](1_500);
    expect(await isOver(over, 1_499)).toBe(false);
    expect(await isOver(over, 1)).toBe(true);
  });
});
