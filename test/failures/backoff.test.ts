import { backoffMs } from '../../src/engine/failures/backoff';

const backoff = { minMs: 100, maxMs: 1500 };

describe('the wait before the next try', () => {
  it('doubles from failure to failure up to the cap', () => {
    const longest = [1, 2, 3, 4, 5, 6, 1000].map((failures) => backoffMs(backoff, failures, () => 1));
    expect(longest).toEqual([100, 200, 400, 800, 1500, 1500, 1500]);
  });

  it('is a random part of that, down to nothing', () => {
    expect([0, 0.25, 0.5].map((random) => backoffMs(backoff, 3, () => random))).toEqual([0, 100, 200]);
  });
});
