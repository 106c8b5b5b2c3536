import { PageSize } from '../../../src/engine/reading/page-size';

describe('the size of pages', () => {
  it('begins small and grows to the most while payloads are small', () => {
    const size = new PageSize(5000, 1_000_000);
    const limits = Array.from({ length: 4 }, () => {
      const { limit } = size;
      size.read(limit, limit * 100);
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
    size.read(100, 100 * 50_000);
    expect(size.limit).toBe(20);
    size.read(1, 3_000_000);
    expect(size.limit).toBe(1);
  });

  it('grows again when payloads shrink', () => {
    const size = new PageSize(5000, 1_000_000);
    size.read(1, 3_000_000);
    size.read(1, 100);
    expect(size.limit).toBe(4);
  });

  it('does not grow by pages that were not full', () => {
    const size = new PageSize(5000, 1_000_000);
    size.read(3, 300);
    expect(size.limit).toBe(100);
  });

  it('asks for as many as were applied in a second', () => {
    const size = new PageSize(5000, 1_000_000);
    size.applied(100, 4_000);
    expect(size.limit).toBe(25);
    size.applied(25, 100);
    expect(size.limit).toBe(100);
  });

  it('asks for a batch for each segment, in the same bytes', () => {
    const size = new PageSize(1000, 1_000_000, 4);
    expect(size.limit).toBe(400);
    size.read(400, 400 * 100);
    expect(size.limit).toBe(1600);
    size.read(1600, 1600 * 100);
    expect(size.limit).toBe(4000);
    size.read(4000, 4000 * 1000);
    expect(size.limit).toBe(1000);
    size.applied(100, 1_000);
    expect(size.limit).toBe(400);
    expect(size.batch).toBe(100);
  });

  it('learns nothing from a page without events', () => {
    const size = new PageSize(5000, 1_000_000);
    size.read(0, 0);
    expect(size.limit).toBe(100);
  });
});
