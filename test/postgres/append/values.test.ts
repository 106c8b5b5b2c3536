import { InvalidEventError } from 'nestjs-projections';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { startStore } from '../../support/store';

class Money {
  readonly #cents = 5;
  readonly toJSON = (): unknown => this.#cents;
}

class Event {
  readonly amount = new Money();
  get double() {
    return 10;
  }
  describe() {
    return 'an event';
  }
}

const sparse: unknown[] = [1];
sparse[2] = 3;

const replaced = (value: unknown) => ({ toJSON: () => value });

function nested(levels: number): Record<string, unknown> {
  let data: Record<string, unknown> = { text: '"}]' };
  for (let level = 2; level < levels; level += 2) data = { list: [data] };
  return levels % 2 ? data : { data };
}

describe('the values of an event', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each<[string, unknown, string]>([
    ['a Map', { value: new Map([['a', 1]]) }, 'data.value is a Map'],
    ['a Map as a whole', new Map(), 'data is a Map'],
    ['a Set', { value: new Set([1]) }, 'data.value is a Set'],
    ['NaN', { items: [{}, {}, { price: Number.NaN }] }, 'data.items[2].price is NaN'],
    ['Infinity', { 'a b': { n: -Infinity } }, 'data["a b"].n is -Infinity'],
    ['NaN in a box', { n: new Number(Number.NaN) }, 'data.n is NaN'],
    ['a bigint', { list: [1, 5n] }, 'data.list[1] is a bigint'],
    ['a function', { run: () => 1 }, 'data.run is a function'],
    ['a symbol', { tag: Symbol('x') }, 'data.tag is a symbol'],
    ['undefined in an array', { list: [1, undefined] }, 'data.list[1] is undefined'],
    ['a hole in an array', { list: sparse }, 'data.list[1] is undefined'],
    ['an invalid Date', { at: new Date(Number.NaN) }, 'data.at is an invalid Date'],
    ['a Promise', { value: Promise.resolve(1) }, 'data.value is a Promise'],
    ['an Error', { value: new TypeError('x') }, 'data.value is an Error'],
    ['a RegExp', { value: /x/ }, 'data.value is a RegExp'],
    ['a typed array', { value: new Uint8Array(2) }, 'data.value is a typed array'],
    [
      'a toJSON that gives undefined',
      { value: replaced(undefined) },
      'data.value is an object whose toJSON gives undefined',
    ],
    [
      'a toJSON that gives NaN',
      { value: replaced(Number.NaN) },
      'data.value is an object whose toJSON gives NaN',
    ],
    ['a toJSON that gives a Map', { value: replaced({ m: new Map() }) }, 'data.value.m is a Map'],
    [
      'an invalid date of a library',
      { at: { ...replaced(null), isValid: () => false } },
      'data.at is an invalid date',
    ],
  ])('refuse %s and say where', async (_what, data, message) => {
    for (const manager of [false, true]) {
      const append = manager
        ? app.dataSource.transaction((within) =>
            app.store.append('s', [{ type: 'E', data: data as object }], { manager: within }),
          )
        : app.store.append('s', [{ type: 'E', data: data as object }]);
      const error: unknown = await append.catch((refusal: unknown) => refusal);
      expect(error).toBeInstanceOf(InvalidEventError);
      expect((error as Error).message).toContain(message);
    }
    expect(await app.store.readStream('s')).toEqual([]);
  });

  it('are looked at in metadata too, with the event that has them', async () => {
    const metadata = { user: { roles: new Set(['a']) } };
    await expect(
      app.store.append('s', [
        { type: 'E', data: {} },
        { type: 'E', data: {}, metadata },
      ]),
    ).rejects.toThrow('Event 2 of 2 for stream "s": metadata.user.roles is a Set');
  });

  it('that cannot be walked through are refused without a place', async () => {
    const circle: { list: unknown[] } = { list: [] };
    circle.list.push({ n: 5n }, circle);
    const endless: Record<string, unknown> = { a: {} };
    endless.b = [endless];
    await expect(app.store.append('s', [{ type: 'E', data: endless }])).rejects.toThrow(
      /its data cannot be written as JSON: .*circular/,
    );
    for (const data of [
      circle,
      {
        get bad() {
          throw new Error('no');
        },
      },
    ])
      // prettier-ignore
      await expect(app.store.append('s', [{ type: 'E', data }])).rejects.toThrow(InvalidEventError);
  });

  it.each([1_001, 1_500, 20_000])('are refused where they are nested too deep: %d', async (levels) => {
    const refused =
      'Event 1 of 1 for stream "deep": its %s is nested more than 1000 levels deep: make it flatter.';
    const data = nested(levels);
    await expect(app.store.append('deep', [{ type: 'T', data }])).rejects.toThrow(
      new InvalidEventError(refused.replace('%s', 'data')),
    );
    await expect(app.store.append('deep', [{ type: 'T', data: {}, metadata: data }])).rejects.toThrow(
      new InvalidEventError(refused.replace('%s', 'metadata')),
    );
  });

  it('may be nested as deep as that, each in itself', async () => {
    const data = nested(1_000);
    await app.store.append('as deep', [{ type: 'T', data, metadata: { many: [{}, {}, [[]], nested(500)] } }]);
    expect(JSON.stringify((await app.store.readStream('as deep'))[0]!.data)).toBe(JSON.stringify(data));
  });

  it.each<[string, object, object]>([
    ['an instance of a class', new Event(), { amount: 5 }],
    ['members that are undefined', { a: undefined, b: null }, { b: null }],
    ['-0', { n: -0 }, { n: 0 }],
    [
      'dates and boxes',
      { at: new Date(0), s: Object('x') as unknown },
      { at: '1970-01-01T00:00:00.000Z', s: 'x' },
    ],
    ['a toJSON that gives null', { none: replaced(null) }, { none: null }],
    [
      'a Buffer, which says itself how it is written',
      { b: Buffer.from([1]) },
      { b: { type: 'Buffer', data: [1] } },
    ],
    ['no prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ])('hold %s', async (what, data, stored) => {
    await app.store.append(what, [{ type: 'E', data }]);
    expect((await app.store.readStream(what))[0]!.data).toEqual(stored);
  });

  it('keep a key that is named __proto__', async () => {
    const text = '{"__proto__": {"a": 1}, "constructor": 2}';
    await app.store.append('proto', [{ type: 'E', data: JSON.parse(text) as object }]);
    const [{ data } = { data: undefined }] = await app.store.readStream('proto');
    expect(Object.keys(data as object).toSorted()).toEqual(['__proto__', 'constructor']);
    expect(JSON.parse(JSON.stringify(data))).toEqual(JSON.parse(text));
  });
});
