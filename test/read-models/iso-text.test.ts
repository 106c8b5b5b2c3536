import { isoText } from '../../src/database/iso-text';

describe('the text of a date', () => {
  it('is that of toISOString, on more days than are remembered', () => {
    for (let n = -2_500; n < 2_500; n++) {
      const date = new Date(n * 123_456_789_017);
      expect(isoText(date)).toBe(date.toISOString());
      expect(isoText(new Date(date.getTime() + 1))).toBe(new Date(date.getTime() + 1).toISOString());
    }
  });

  it.each([0, -1, 1, 9, 10, 99, 100, 999, 86_399_999, 86_400_000, 8.64e15, -8.64e15])(
    'is right at %d',
    (ms) => {
      expect(isoText(new Date(ms))).toBe(new Date(ms).toISOString());
    },
  );
});
