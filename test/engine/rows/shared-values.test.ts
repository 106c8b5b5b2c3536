import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { appendAsOneBatch } from '../../support/one-batch';

@Entity('carts')
class Cart {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { array: true })
  tags!: string[];

  @Column('timestamptz', { nullable: true })
  at!: Date | null;
}

const RETRY = { attempts: 3, backoff: { minMs: 1, maxMs: 2 } };
interface Shared {
  cart: Cart | undefined;
  tags: string[];
  at: Date;
  fails: number;
  seen: string[];
  keyed: object[];
}

const AT = new Date('2026-02-03T04:05:06.789Z');
const fresh = (): Shared => ({
  cart: undefined,
  tags: ['lent'],
  at: new Date(AT),
  fails: 0,
  seen: [],
  keyed: [],
});
const shared = fresh();

interface Data {
  readonly ids: string[];
  readonly tags: string[];
}

@Projection({
  name: 'carts',
  row: Cart,
  key: ({ data, ...rest }: RecordedEvent<Data>) => {
    shared.keyed.push(rest);
    // oxlint-disable-next-line unicorn/no-array-sort -- it changes the event, which is what is tested
    return data.ids.sort();
  },
  retry: RETRY,
})
class Carts {
  @On('Made')
  made({ data, recordedAt }: RecordedEvent<Data>) {
    return { tags: data.tags, at: recordedAt };
  }

  @On('Tagged')
  tagged({ data }: RecordedEvent<Data>, cart: Cart | undefined) {
    cart!.tags.push(data.tags.pop()!);
    cart!.at?.setTime(0);
    return cart;
  }

  @On('Looked')
  looked() {
    return undefined;
  }

  /** Gives every row the same object. */
  @On('Shared')
  shared({ data }: RecordedEvent<Data>) {
    shared.cart ??= Object.assign(new Cart(), { tags: data.tags, at: null });
    return shared.cart;
  }

  /** Gives every row what the projection keeps. */
  @On('Lent')
  lent() {
    return { tags: shared.tags, at: shared.at };
  }

  /** Changes what it has lent. */
  @On('Changed')
  changed(_event: RecordedEvent<Data>, cart: Cart | undefined) {
    shared.tags.push('later');
    shared.at.setTime(0);
    return cart;
  }

  @On('Flaky')
  flaky(_event: RecordedEvent<Data>, cart: Cart | undefined) {
    if (shared.fails-- > 0) throw new Error('once');
    return cart;
  }
}

@Projection({ name: 'lists', retry: RETRY })
class Lists {
  @On('Made', 'Tagged', 'Flaky')
  async listed({ data, recordedAt, metadata }: RecordedEvent<Data>, { manager, attempt }: ProjectionContext) {
    shared.seen.push([...data.tags, metadata.by, Math.sign(recordedAt.getTime())].join());
    data.tags.push('listed');
    (metadata as { by: string }).by = 'lists';
    expect(() => recordedAt.setTime(0)).toThrow('copy it by new Date(date)');
    await manager.query('SELECT');
    if (attempt === 1) throw new Error('not yet');
  }
}

describe('what handlers do to events and rows', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    Object.assign(shared, fresh());
    database = await createDatabase();
    await database.query('CREATE TABLE carts (id text PRIMARY KEY, tags text[] NOT NULL, at timestamptz)');
    app = await startApp(database.url, { projections: [Carts, Lists], entities: [Cart] });
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function apply(
    ...events: (readonly [type: string, ids: string[], tags?: string[]])[]
  ): Promise<void> {
    const made = events.map(([type, ids, tags = []]) => ({
      type,
      data: { ids, tags },
      metadata: { by: 'test' },
    }));
    const { globalPosition } = await appendAsOneBatch(app, 's', made);
    for (const name of ['carts', 'lists']) await app.projections.waitFor(name, globalPosition);
  }

  const tags = async () => {
    const rows = await database.query<Cart>('SELECT id, tags FROM carts ORDER BY id');
    return Object.fromEntries(rows.map((row) => [row.id, row.tags.join()]));
  };

  const times = async () => {
    const rows = await database.query<Cart>('SELECT id, at FROM carts ORDER BY id');
    return Object.fromEntries(rows.map((row) => [row.id, row.at]));
  };

  it('is seen by no other row, projection or try', async () => {
    await apply(['Made', ['b', 'a'], ['x']], ['Tagged', ['a'], ['y']], ['Tagged', ['a', 'b'], ['z']]);
    expect(await tags()).toEqual({ a: 'x,y,z', b: 'x,z' });
    expect(await times()).toEqual({ a: new Date(0), b: new Date(0) });
    expect(shared.seen).toEqual(['x', 'x', 'y', 'y', 'z', 'z'].map((tag) => `${tag},test,1`));
  });

  it('is not seen by rows that were given what is changed later', async () => {
    await apply(['Lent', ['a', 'b']], ['Tagged', ['a'], ['x']], ['Changed', ['b']], ['Lent', ['c']]);
    expect(await tags()).toEqual({ a: 'lent,x', b: 'lent', c: 'lent,later' });
    expect(await times()).toEqual({ a: new Date(0), b: AT, c: new Date(0) });
    await apply(['Changed', ['c']], ['Tagged', ['c'], ['y']], ['Tagged', ['b'], ['z']]);
    expect(await tags()).toEqual({ a: 'lent,x', b: 'lent,z', c: 'lent,later,y' });
    await apply(['Made', ['d', 'e'], ['x']], ['Tagged', ['d'], ['y']]);
    const { d, e } = await times();
    expect([d!.getTime(), Math.sign(e!.getTime())]).toEqual([0, 1]);
  });

  it.each(['Looked', 'Flaky'])('is gone when a batch is folded again because of %s', async (type) => {
    shared.fails = 1;
    await apply(['Made', ['a'], ['x']], ['Tagged', ['a'], ['y']], [type, ['a']]);
    expect(await tags()).toEqual({ a: 'x,y' });
  });

  it('is not seen by rows that the same object was returned for', async () => {
    await apply(['Shared', ['a', 'b'], ['x']], ['Tagged', ['a'], ['y']]);
    expect(await tags()).toEqual({ a: 'x,y', b: 'x' });
    await apply(['Shared', ['c']], ['Tagged', ['c'], ['z']]);
    expect(await tags()).toEqual({ a: 'x,y', b: 'x', c: 'x,z' });
  });

  it('gives a function that takes the event apart all of it, wherever it was read', async () => {
    await apply(...Array.from({ length: 30 }, (_, n): [string, string[]] => ['Made', [`c${n}`]]));
    const stored = (await app.store.readAll()).map((event) =>
      Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'data')),
    );
    expect(shared.keyed).toEqual(expect.arrayContaining(stored));
    expect(stored).toHaveLength(30);
  });

  it('leaves what is given to everybody as it is', async () => {
    const observed: RecordedEvent[] = [];
    app.projections.changes('carts').subscribe(({ events }) => observed.push(...events));
    await apply(['Made', ['a'], ['x']]);
    const [stored] = await app.store.readStream('s');
    const [first] = await app.store.readAll();
    for (const event of [stored!, first!, observed[0]!]) {
      const { data } = event as RecordedEvent<Data>;
      expect(() => data.tags.push('y')).toThrow(TypeError);
      expect(() => event.recordedAt.setTime(0)).toThrow('copy it by new Date(date)');
      expect(new Date(event.recordedAt)).toEqual(event.recordedAt);
      // As libraries for dates copy them.
      const { constructor: Copy } = event.recordedAt as unknown as { constructor: DateConstructor };
      expect(new Copy(event.recordedAt).setTime(0)).toBe(0);
      expect(Object.isFrozen(event) && Object.isFrozen(event.metadata)).toBe(true);
    }
  });
});
