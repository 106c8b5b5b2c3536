import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import type { Type } from '@nestjs/common';
import { EntitySchema, type ObjectLiteral } from 'typeorm';
import { startApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { appendAsOneBatch } from '../../support/one-batch';

const text = { type: 'text' } as const;
const Parent = new EntitySchema<ObjectLiteral>({
  name: 'parents',
  columns: { id: { ...text, primary: true }, childId: { ...text, name: 'child_id', nullable: true } },
});
const Child = new EntitySchema<ObjectLiteral>({
  name: 'children',
  columns: {
    id: { ...text, primary: true },
    parentId: { ...text, name: 'parent_id', nullable: true },
    n: { type: 'int', default: 0 },
  },
});
const Seat = new EntitySchema<ObjectLiteral>({
  name: 'seats',
  columns: { id: { ...text, primary: true }, place: { type: 'int' } },
});

/** What an event does to rows: their columns, `null` to delete them, or a number to add to n. */
type Change = Readonly<Record<string, object | number | null>>;
interface Data {
  readonly parents?: Change;
  readonly children?: Change;
  readonly seats?: Change;
}
type Row = ObjectLiteral | undefined;

const keysOf =
  (table: keyof Data) =>
  ({ data }: RecordedEvent<Data>) =>
    Object.keys(data[table] ?? {});

/** Rows that handlers saw, by what they were to add. */
let seen: unknown[];

function changed(change: Change, row: Row, id: string): unknown {
  const what = change[id];
  if (typeof what !== 'number') return what && { ...row, ...what };
  seen.push(row && { ...row });
  return row && { ...row, n: (row.n as number) + what };
}

const options = { name: 'p', retry: { attempts: 1 }, onError: 'dead-letter' } as const;
const parents = { row: Parent, key: keysOf('parents') };
const children = { row: Child, key: keysOf('children') };

/** One row for each handler call; the call's row is told by an `id` that each handler is given as it goes. */
const fold = (table: keyof Data) => {
  const turns = new Map<string, string[]>();
  return (event: RecordedEvent<Data>, row: Row) => {
    const left = turns.get(event.id) ?? Object.keys(event.data[table]!);
    const id = left.shift()!;
    turns.set(event.id, left.length > 0 ? left : Object.keys(event.data[table]!));
    return changed(event.data[table]!, row, id);
  };
};

function projection(order: readonly ('parents' | 'children')[]): Type<object> {
  @Projection(options)
  class P {
    [method: string]: unknown;
  }
  for (const table of order) {
    const run = fold(table);
    P.prototype[table] = function (event: RecordedEvent<Data>, row: Row) {
      return run(event, row);
    };
    On('E', table === 'parents' ? parents : children)(
      P.prototype,
      table,
      Object.getOwnPropertyDescriptor(P.prototype, table) as TypedPropertyDescriptor<() => unknown>,
    );
  }
  return P;
}

@Projection(options)
class Seats {
  private readonly run = fold('seats');

  @On('E', { row: Seat, key: keysOf('seats') })
  seat(event: RecordedEvent<Data>, row: Row) {
    return this.run(event, row);
  }
}

/** A row takes over what the one before it gives up. */
const move = (n: number): Data => ({
  seats: { [`s${n}`]: { place: n + 10 }, [`s${n + 1}`]: { place: 1 } },
});

describe('rows that the database keeps in order', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    seen = [];
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  const tables = (parent = '', child = '', more = '') =>
    database.query(`
      CREATE TABLE parents (id text PRIMARY KEY, child_id text ${parent});
      CREATE TABLE children (id text PRIMARY KEY, parent_id text ${child}, n int NOT NULL DEFAULT 0); ${more}`);

  /** Each list of events is one batch. @returns the errors of events that failed */
  async function apply(of: Type<object>, ...batches: readonly Data[][]): Promise<string[]> {
    const app = await startApp(database.url, { projections: [of], entities: [Parent, Child, Seat] });
    try {
      for (const batch of batches) {
        const events = batch.map((data) => ({ type: 'E', data }));
        await app.projections.waitFor('p', (await appendAsOneBatch(app, 's', events)).globalPosition);
      }
      return (await app.projections.deadLetters('p')).map(({ errorMessage }) => errorMessage!);
    } finally {
      await app.close();
    }
  }
  const rows = (table: string) => database.query<ObjectLiteral>(`SELECT * FROM ${table} ORDER BY id`);

  const ORDERS = [
    ['parents', 'children'],
    ['children', 'parents'],
  ] as const;

  it.each(ORDERS)('come, move and go together: handlers of %s before %s', async (...order) => {
    await tables('', 'REFERENCES parents');
    const failed = await apply(
      projection(order),
      [{ parents: { a: {} }, children: { c: { parentId: 'a' }, d: { parentId: 'a' } } }],
      // The child moves to a new parent, and the old one goes with the other child.
      [{ parents: { a: null, b: {} }, children: { c: { parentId: 'b' }, d: null } }],
    );
    expect(failed).toEqual([]);
    expect([await rows('parents'), await rows('children')]).toEqual([
      [{ id: 'b', child_id: null }],
      [{ id: 'c', parent_id: 'b', n: 0 }],
    ]);
    const gone = [{ parents: { b: null }, children: { c: null } }];
    expect(await apply(projection(order), gone)).toEqual([]);
    expect(await rows('parents')).toEqual([]);
  });

  it('may refer to each other in a circle, and to their own table', async () => {
    await tables(
      '',
      'NOT NULL REFERENCES parents ON DELETE RESTRICT',
      'ALTER TABLE parents ALTER child_id SET NOT NULL, ADD FOREIGN KEY (child_id) REFERENCES children;',
    );
    const made = { parents: { a: { childId: 'c' } }, children: { c: { parentId: 'a' } } };
    const gone = { parents: { a: null }, children: { c: null } };
    expect(await apply(projection(ORDERS[0]), [made], [gone], [made, gone, made])).toEqual([]);
    expect(await rows('parents')).toEqual([{ id: 'a', child_id: 'c' }]);

    await database.query('DROP TABLE parents, children');
    await tables('REFERENCES parents');
    await database.query('TRUNCATE events, projection_checkpoints, projection_states RESTART IDENTITY');
    const chain = { b: { childId: 'a' }, c: { childId: 'b' }, a: {} };
    expect(
      await apply(projection(ORDERS[0]), [{ parents: chain }], [{ parents: { a: null, b: null, c: null } }]),
    ).toEqual([]);
  });

  it.each([
    ['in one batch', 1],
    ['one by one', 99],
  ])('go with the row that they refer to, and are seen to be gone, %s', async (_, cut) => {
    await tables('', 'REFERENCES parents ON DELETE CASCADE');
    const events: Data[] = [
      {
        parents: { a: {}, b: {} },
        children: { c: { parentId: 'a' }, d: { parentId: 'a' }, e: { parentId: 'b' } },
      },
      { children: { d: { parentId: 'b' } } },
      { parents: { a: null } },
      { children: { c: 1, d: 1, e: 1 } },
      // The same again, with new children.
      { parents: { a: {} }, children: { c: { parentId: 'a', n: 7 } } },
      { children: { c: 1 } },
      { parents: { b: null } },
      { children: { d: 1, c: 1 } },
    ];
    const batches = cut === 1 ? [events] : events.map((event) => [event]);
    expect(await apply(projection(ORDERS[1]), ...batches)).toEqual([]);
    expect(await rows('children')).toEqual([{ id: 'c', parent_id: 'a', n: 9 }]);
    const numbers = seen.map((row) => row && (row as Row)!.n);
    expect(numbers.slice(-6)).toEqual([undefined, 0, 0, 7, 8, undefined]);
  });

  it('lose what they refer to where the key says so', async () => {
    await tables('', `DEFAULT 'z' REFERENCES parents ON DELETE SET NULL`);
    const made = { parents: { a: {} }, children: { c: { parentId: 'a' }, d: { parentId: 'a' } } };
    expect(
      await apply(
        projection(ORDERS[0]),
        [made],
        [{ children: { c: 0 } }],
        [{ parents: { a: null } }, { children: { c: 1 } }],
      ),
    ).toEqual([]);
    expect(seen.at(-1)).toMatchObject({ parentId: null });
    expect(await rows('children')).toEqual([
      { id: 'c', parent_id: null, n: 1 },
      { id: 'd', parent_id: null, n: 0 },
    ]);
  });

  it('are told of where they refer to what is gone', async () => {
    await tables('', 'REFERENCES parents ON DELETE CASCADE');
    const made = { parents: { a: {} }, children: { c: { parentId: 'a' } } };
    const [failed, ...others] = await apply(projection(ORDERS[0]), [
      made,
      { parents: { a: null } },
      { children: { d: { parentId: 'a' } } },
    ]);
    expect(others).toEqual([]);
    expect(failed).toContain('children_parent_id_fkey');
    expect(await rows('children')).toEqual([]);
  });

  const UNIQUE = 'CREATE TABLE seats (id text PRIMARY KEY, place int NOT NULL, note text, CHECK (place > 0)';

  it.each([
    ['a column', `${UNIQUE}, UNIQUE (place))`],
    ['an expression', `${UNIQUE}); CREATE UNIQUE INDEX ON seats ((place + 1)) WHERE place > 0`],
    ['a constraint that can wait', `${UNIQUE}, UNIQUE (place) DEFERRABLE)`],
    [
      'rows that others refer to',
      `${UNIQUE}, UNIQUE (place)); CREATE TABLE guests (seat text REFERENCES seats)`,
    ],
  ])('take over unique values from each other in one event: %s', async (_, table) => {
    await database.query(table);
    const failed = await apply(
      Seats,
      [{ seats: { a: { place: 1 }, b: { place: 2 }, c: { place: 3 } } }],
      // To a new row, in a circle, from a row that goes, and in a chain.
      [{ seats: { a: { place: 9 }, d: { place: 1 } } }],
      [{ seats: { a: { place: 2 }, b: { place: 3 }, c: { place: 9 } } }],
      [{ seats: { a: null, e: { place: 2 } } }],
      [{ seats: { e: { place: 3 }, b: { place: 9 }, c: { place: 4 } } }],
    );
    expect(failed).toEqual([]);
    expect((await rows('seats')).map(({ id, place }) => `${id}${place}`)).toEqual(['b9', 'c4', 'd1', 'e3']);
  });

  it('keep what the entity does not know of them, and what refers to them', async () => {
    await database.query(
      `${UNIQUE}, UNIQUE (place), twice int GENERATED ALWAYS AS (place * 2) STORED, serial int GENERATED ALWAYS AS IDENTITY)`,
    );
    await database.query(`CREATE TABLE guests (seat text REFERENCES seats ON DELETE CASCADE)`);
    await database.query(`CREATE TABLE tables (seat text REFERENCES seats)`);
    expect(await apply(Seats, [{ seats: { a: { place: 1 }, b: { place: 2 } } }])).toEqual([]);
    await database.query(
      `UPDATE seats SET note = id; INSERT INTO guests VALUES ('a'); INSERT INTO tables VALUES ('a')`,
    );
    // A chain: with a cascade rows cannot be taken away and put back.
    expect(await apply(Seats, [{ seats: { b: { place: 1 }, a: { place: 3 } } }])).toEqual([]);
    await database.query('DROP TABLE guests');
    expect(await apply(Seats, [{ seats: { b: { place: 3 }, a: { place: 1 } } }])).toEqual([]);
    expect(await rows('seats')).toEqual([
      { id: 'a', place: 1, note: 'a', twice: 2, serial: 1 },
      { id: 'b', place: 3, note: 'b', twice: 6, serial: 2 },
    ]);
    expect(await database.query('SELECT seat FROM tables')).toEqual([{ seat: 'a' }]);
  });

  it('take over a unique value 4,000 times in a few batches', async () => {
    await database.query(`${UNIQUE}, UNIQUE (place))`);
    const moves = Array.from({ length: 4_000 }, (_, n) => move(n));
    const commits = 'SELECT count(DISTINCT xmin::text)::int AS n FROM seats';
    expect(await apply(Seats, [{ seats: { s0: { place: 1 } } }], moves)).toEqual([]);
    const [{ n }] = (await database.query<{ n: number }>(commits)) as [{ n: number }];
    expect(n).toBeLessThan(10);
    expect(await database.query('SELECT id FROM seats WHERE place = 1')).toEqual([{ id: 's4000' }]);
  });
});
