import { deepCopy } from '../../src/read-models/deep-copy';

class Secret {
  readonly #n = 1;

  get n(): number {
    return this.#n;
  }
}

describe('a deep copy', () => {
  it('is of maps, sets and bytes, with what is in them', () => {
    const value = { map: new Map([['a', { n: 1 }]]), set: new Set([[1]]), bytes: Uint8Array.from([1, 2]) };
    const copy = deepCopy(value) as typeof value;
    expect(copy).toStrictEqual(value);
    copy.map.get('a')!.n = 2;
    [...copy.set][0]!.push(2);
    copy.bytes[0] = 9;
    expect(value).toStrictEqual({
      map: new Map([['a', { n: 1 }]]),
      set: new Set([[1]]),
      bytes: Uint8Array.from([1, 2]),
    });
  });

  it('shares instances that hide what they are made of, and so still work', () => {
    const value = { secret: new Secret(), url: new URL('https://a.example') };
    const copy = deepCopy(value) as typeof value;
    expect(copy).not.toBe(value);
    expect([copy.secret.n, copy.url.host]).toEqual([1, 'a.example']);
  });

  it('has what has no class, and keys that look like one', () => {
    const bare = Object.assign(Object.create(null) as object, { a: [1] });
    expect(Object.getPrototypeOf(deepCopy(bare))).toBeNull();
    const odd: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}');
    expect(JSON.stringify(deepCopy(odd))).toBe(JSON.stringify(odd));
  });
});
