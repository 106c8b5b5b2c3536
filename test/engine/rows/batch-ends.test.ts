import { OnAny, Projection, type RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { types } from 'pg';
import { startApp } from '../../support/app';
import { createDatabase } from '../../support/database';
import { appendAsOneBatch } from '../../support/one-batch';

@Entity('totals')
class Total {
  @PrimaryColumn('text')
  id!: string;

  @Column('real')
  sum!: number;

  @Column('bigint')
  count!: number | string;

  @Column('interval')
  span!: unknown;

  @Column('jsonb')
  meta!: unknown;

  @Column('int', { array: true })
  list!: unknown[];
}

let seen: unknown[];

@Projection({ name: 'totals', row: Total, key: () => 'x' })
class Totals {
  @OnAny()
  any({ data: { n } }: RecordedEvent<{ n: number }>, total: Total | undefined) {
    seen.push(total && structuredClone(Object.assign({}, total)));
    if (!total) return { sum: n, count: 1, span: '90 minutes', meta: { bb: new Date(0), a: 1 }, list: ['1'] };
    total.sum += n;
    total.count = typeof total.count === 'number' ? total.count + 1 : String(BigInt(total.count) + 1n);
    if (n === 3) total.span = '1 day 2 hours';
    total.list.push(String(n));
    return total;
  }
}

/** @returns what handlers saw, and the row in the end */
async function fold(eachAlone: boolean): Promise<unknown> {
  seen = [];
  const database = await createDatabase();
  await database.query(`CREATE TABLE totals (id text PRIMARY KEY, sum real NOT NULL, count bigint NOT NULL,
    span interval NOT NULL, meta jsonb NOT NULL, list int[] NOT NULL)`);
  const events = [16777216, 1, 3, 1, 1].map((n) => ({ type: 'E', data: { n } }));
  for (const batch of eachAlone ? events.map((event) => [event]) : [events]) {
    // Another application has nothing in memory.
    const app = await startApp(database.url, { projections: [Totals], entities: [Total] });
    await app.projections.waitFor('totals', (await appendAsOneBatch(app, 's', batch)).globalPosition);
    await app.close();
  }
  const [row] = await database.query('SELECT to_jsonb(t) AS row FROM totals t');
  await database.drop();
  return { seen, row };
}

describe('where batches end', () => {
  it('makes no difference to what handlers see and to the row', async () => {
    expect(await fold(false)).toEqual(await fold(true));
  });

  it('makes none where the application reads bigint as numbers', async () => {
    const parse = types.getTypeParser(types.builtins.INT8);
    types.setTypeParser(types.builtins.INT8, Number);
    try {
      const folded = await fold(false);
      expect(folded).toEqual(await fold(true));
      expect(folded).toMatchObject({ row: { row: { count: 5 } } });
      expect(seen.slice(1)).toMatchObject([1, 2, 3, 4].map((count) => ({ count })));
    } finally {
      types.setTypeParser(types.builtins.INT8, parse);
    }
  });
});
