import { sizeOfValue } from '../../src/read-models/size-of-value';

const circular: unknown[] = ['x'.repeat(50)];
circular.push(circular);

const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 'x'.repeat(50));

class Odd {
  readonly text = 'x'.repeat(50);

  toJSON(): never {
    throw new Error('no JSON');
  }
}

describe('the size of a value of a column', () => {
  it.each<[string, unknown]>([
    ['a text', 'x'.repeat(50)],
    ['a bigint beside a text', { count: 1n, text: 'x'.repeat(50) }],
    ['an object that contains itself', circular],
    ['a Map', new Map([['key', { text: 'x'.repeat(50) }]])],
    ['a Set', new Set(['x'.repeat(50)])],
    ['an object with a toJSON that throws', new Odd()],
    ['a Buffer', [Buffer.alloc(50)]],
    ['an object that is nested too deep for a recursion', deep],
  ])('is about that of what it holds: %s', (_what, value) => {
    expect(sizeOfValue(value)).toBeGreaterThanOrEqual(50);
    expect(sizeOfValue(value)).toBeLessThan(100);
  });

  it.each<[string, unknown]>([
    ['a bigint', 1n],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['nothing', null],
    [
      'an object with a getter that throws',
      {
        get value(): never {
          throw new Error('no value');
        },
      },
    ],
  ])('is small, and no reason to throw: %s', (_what, value) => {
    expect(sizeOfValue(value)).toBeLessThan(50);
  });
});
