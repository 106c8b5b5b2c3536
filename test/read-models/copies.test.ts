import { Column, Entity, PrimaryColumn } from 'typeorm';
import { useRows } from './rows';

class Money {
  constructor(public cents: number) {}
}

class Place {
  @Column({ type: 'jsonb' })
  tags!: string[];

  @Column({ type: 'timestamptz' })
  since!: Date;
}

@Entity()
class Customer {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'jsonb' })
  data!: { deep: { list: number[] } };

  @Column({ type: 'text', array: true })
  names!: string[];

  @Column({ type: 'bytea' })
  bytes!: Buffer;

  @Column({ type: 'timestamptz', array: true })
  days!: Date[];

  @Column({
    type: 'int',
    transformer: { to: (money: Money) => money.cents, from: (cents: number) => new Money(cents) },
  })
  price!: Money;

  @Column(() => Place)
  place!: Place;

  get isNew(): boolean {
    return this.names.length === 0;
  }
}

const DAY = '2026-02-03T04:05:06.789Z';
const customer = () => ({
  id: 1,
  at: new Date(DAY),
  data: { deep: { list: [1, 2] } },
  names: ['a'],
  bytes: Buffer.from('abc'),
  days: [new Date(DAY)],
  price: new Money(5),
  place: { tags: ['x'], since: new Date(DAY) },
});

describe('a copy of a folded row', () => {
  const rows = useRows([Customer]);
  let row: Customer;

  beforeAll(() => rows.now.insert(Customer, 1, customer()));
  beforeEach(async () => {
    row = (await rows.now.load(Customer, 1))!;
  });

  const copyOf = (original: Customer) => rows.now.table(Customer).copy(original) as Customer;

  it('is equal, and of the same classes', () => {
    const copy = copyOf(row);
    expect(copy).toStrictEqual(row);
    expect(copy).toBeInstanceOf(Customer);
    expect(copy.isNew).toBe(false);
    expect(copy.price).toBeInstanceOf(Money);
    expect(copy.place).toBeInstanceOf(Place);
    expect(Buffer.isBuffer(copy.bytes)).toBe(true);
  });

  it.each<[string, (copy: Customer) => unknown]>([
    ['a date', ({ at }) => at.setTime(0)],
    ['JSON', ({ data }) => data.deep.list.push(3)],
    ['an array', ({ names }) => names.push('b')],
    ['bytes', ({ bytes }) => bytes.fill(0)],
    ['a date in an array', ({ days }) => days[0]!.setTime(0)],
    ['what a transformer made', ({ price }) => (price.cents = 9)],
    ['an embedded value', (copy) => (copy.place.since = new Date(0))],
    ['a date in an embedded', ({ place }) => place.since.setTime(0)],
    ['JSON in an embedded', ({ place }) => place.tags.push('y')],
  ])('can change in %s without the row', (_, change) => {
    const copy = copyOf(row);
    change(copy);
    expect(copy).not.toEqual(row);
    expect(row).toEqual(customer());
  });

  it('leaves alone what is missing', async () => {
    const partial: object = Object.assign(new Customer(), { id: 1, at: null });
    const { id, at, data, place } = copyOf(partial as Customer);
    expect([id, at, data, place?.tags]).toEqual([1, null, undefined, undefined]);
  });

  it('has a size that grows with what it holds', () => {
    const table = rows.now.table(Customer);
    const small = table.sizeOf(row);
    expect(small).toBeGreaterThan(200);
    expect(small).toBeLessThan(1_000);
    row.data.deep.list = Array.from({ length: 1_000 }, () => 7);
    row.bytes = Buffer.alloc(10_000);
    row.names = ['x'.repeat(5_000)];
    expect(table.sizeOf(row) - small).toBeGreaterThan(16_000);
    expect(table.sizeOf(row) - small).toBeLessThan(30_000);
  });
});
