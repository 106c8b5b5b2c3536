import { Column, Entity, PrimaryColumn } from 'typeorm';
import { useRows } from './rows';

@Entity()
class Visit {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'timestamptz', precision: 0 })
  at!: Date;

  @Column({ type: 'timestamptz', precision: 0, nullable: true })
  again!: Date | null;

  @Column({ type: 'numeric', precision: 8, scale: 2 })
  paid!: string;

  @Column({ type: 'double precision' })
  ratio!: number;

  @Column({ type: 'text', array: true })
  tags!: string[];
}

const NOON = Date.UTC(2026, 1, 3, 12);
const visit = () => ({ id: 1, at: new Date(NOON), again: null, paid: '5.00', ratio: 0, tags: ['a'] });

describe('a row that is settled again', () => {
  const rows = useRows([Visit]);

  async function settledOnce() {
    await rows.now.load(Visit, 1);
    const table = rows.now.table(Visit);
    const key = table.keyOf('1');
    const settled = table.unsettled();
    const settle = (row: object) => table.settle(row, key, undefined, new Date(), settled) as Visit;
    return {
      settle,
      isOpen: (row: object) => table.isOpen(row),
      row: settle(table.take(visit(), undefined)),
    };
  }

  it('keeps what nobody has changed', async () => {
    const { settle, row } = await settledOnce();
    const { at } = row;
    expect(settle(row)).toEqual(visit());
    expect(row.at).toBe(at);
  });

  it('is what a reload would show of what has changed', async () => {
    const { settle, row } = await settledOnce();
    Object.assign(row, { paid: '7.5', ratio: -0 });
    row.tags.push('b');
    expect(settle(row)).toMatchObject({ paid: '7.50', ratio: 0, tags: ['a', 'b'] });
    expect(Object.is(row.ratio, 0)).toBe(true);
  });

  it('is asked for where a date was set in place to what the column does not hold', async () => {
    const { settle, row, isOpen } = await settledOnce();
    row.at.setUTCMilliseconds(600);
    expect(isOpen(settle(row))).toBe(true);
  });

  it('shares no date with another column, another row or who gave it', async () => {
    const { settle, row } = await settledOnce();
    const given = new Date(NOON);
    row.again = given;
    settle(row);
    expect(row.again).not.toBe(given);
    row.again = row.at;
    settle(row);
    expect(row.again).not.toBe(row.at);
    const other = await settledOnce();
    other.row.at = row.at;
    expect(other.settle(other.row).at).not.toBe(row.at);
  });
});
