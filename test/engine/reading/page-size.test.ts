import { PageSize } from '../../../src/engine/page-size';

describe('the size of pages', () => {
  it('begins small and grows to the most while payloads are small', () => {
    const size = new PageSize(5000, 1_000_000);
    const limits = Array.from({ length: 4 }, () => {
      const { limit } = size;
      size.learn(limit, limit * 100);
      return limit;
    });
    expect(limits).toEqual([100, 400, 1600, 5000]);
  });

  it('never exceeds the most', () => {
    expect(new PageSize(1, 1_000_000).limit).toBe(1);
    expect(new PageSize(30, 1_000_000).limit).toBe(30);
  });

  it('asks for as many as fit into the bytes, and at least for one', () => {
    const size = new PageSize(5000, 1_000_000);
    size.learn(100, 100 * 50_000);
    expect(size.limit).toBe(20);
    size.learn(1, 3_000_000);
    expect(size.limit).toBe(1);
  });

  it('grows again when payloads shrink', () => {
    const size = new PageSize(5000, 1_000_000);
    size.learn(1, 3_000_000);
    size.learn(1, 100);
    expect(size.limit).toBe(4);
  });

  it('learns nothing from a page without events', () => {
    const size = new PageSize(5000, 1_000_000);
    size.learn(0, 0);
    expect(size.limit).toBe(100);
  });
});
