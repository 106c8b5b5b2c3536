import { EntitySchema } from 'typeorm';
import { useRows } from './rows';

interface Moment {
  id: number;
  n: number;
  at: Date | null;
  local: Date | null;
  day: string | null;
  list: Date[] | null;
  short: Date | null;
}

const Moments = new EntitySchema<Moment>({
  name: 'moments',
  columns: {
    id: { type: 'int', primary: true },
    n: { type: 'int', default: 0 },
    at: { type: 'timestamptz', nullable: true },
    local: { type: 'timestamp', nullable: true },
    day: { type: 'date', nullable: true },
    list: { type: 'timestamptz', array: true, nullable: true },
    short: { type: 'timestamptz', precision: 3, nullable: true },
  },
});

const EXACT = '2026-02-03 04:05:06.123456';

describe('dates of a folded row', () => {
  const rows = useRows([Moments]);

  async function texts(column: keyof Moment, id = 1): Promise<unknown> {
    const { rows: found } = await rows.now.client.query<{ text: unknown }>(
      `SELECT "${column}"::text AS text FROM moments WHERE id = $1`,
      [id],
    );
    return found[0]!.text;
  }

  beforeEach(() =>
    rows.now.client.query(`SET TIME ZONE 'UTC'; TRUNCATE moments;
      INSERT INTO moments (id, at, local) VALUES (1, '${EXACT}', '${EXACT}')`),
  );

  it('keep their microseconds while nobody changes them', async () => {
    await rows.now.update(Moments, 1, (row) => row.n++);
    expect(await texts('at')).toBe(`${EXACT}+00`);
    expect(await texts('local')).toBe(EXACT);
  });

  it('go without them to a column that reads them in another way', async () => {
    await rows.now.client.query(`SET TIME ZONE 'Asia/Kathmandu'`);
    const { at, local } = (await rows.now.load(Moments, 1))!;
    const settled = await rows.now.update(Moments, 1, (row) => {
      [row.at, row.local] = [row.local, row.at];
    });
    expect(settled).toMatchObject({ at: local, local: at });
    expect(await rows.now.load(Moments, 1)).toStrictEqual(settled);
  });

  it('are rounded by a column that is too short for them', async () => {
    await rows.now.client.query(`UPDATE moments SET at = '2026-12-31 23:59:59.9996'`);
    const settled = await rows.now.update(Moments, 1, (row) => (row.short = row.at));
    expect(settled.short).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(await rows.now.load(Moments, 1)).toStrictEqual(settled);
  });

  it('lose them when somebody does', async () => {
    await rows.now.update(Moments, 1, (row) => {
      row.at!.setUTCFullYear(2027);
      row.local = new Date(row.local!.getTime() + 1);
    });
    expect(await texts('at')).toBe('2027-02-03 04:05:06.123+00');
    expect(await texts('local')).toBe('2026-02-03 04:05:06.124');
  });

  it.each(['UTC', 'America/St_Johns', 'Asia/Kathmandu'])('mean the same in a session in %s', async (zone) => {
    await rows.now.client.query(`SET TIME ZONE '${zone}'`);
    const at = new Date('2026-07-03T04:05:06.789Z');
    await rows.now.insert(Moments, 2, { at, local: at, list: [at] });
    await rows.now.update(Moments, 2);
    expect(await rows.now.load(Moments, 2)).toMatchObject({ at, local: at, list: [at] });
    expect(await rows.now.dataSource.getRepository(Moments).findOneBy({ id: 2 })).toMatchObject({
      at,
      local: at,
    });
  });

  it.each([
    ['0099-06-01T00:00:00.000Z', '0099-06-01 00:00:00+00'],
    ['0000-03-15T00:00:00.000Z', '0001-03-15 00:00:00+00 BC'],
    ['-000043-03-15T12:00:00.001Z', '0044-03-15 12:00:00.001+00 BC'],
    ['+010000-01-01T00:00:00.000Z', '10000-01-01 00:00:00+00'],
  ])('may be long ago or far away: %s', async (iso, text) => {
    const at = new Date(iso);
    await rows.now.insert(Moments, 2, { at, local: at });
    expect(await texts('at', 2)).toBe(text);
    expect(await rows.now.load(Moments, 2)).toMatchObject({ at, local: at });
    await rows.now.update(Moments, 2, (row) => (row.at = new Date(at)));
    expect(await texts('at', 2)).toBe(text);
  });

  it.each(['10000-01-01', '0044-03-15 BC', '0001-01-01', 'infinity', '-infinity'])(
    'may be days that JavaScript does not know: %s',
    async (day) => {
      await rows.now.insert(Moments, 2, { day });
      expect(await rows.now.load(Moments, 2)).toMatchObject({ day });
      await rows.now.update(Moments, 2);
      expect(await texts('day', 2)).toBe(day);
    },
  );

  it.each(['infinity', '-infinity', '0044-03-15 12:00:00.000001+00 BC', '294276-12-31 23:59:59.999999+00'])(
    'may be moments that JavaScript does not know: %s',
    async (at) => {
      await rows.now.client.query('UPDATE moments SET at = $1', [at]);
      await rows.now.update(Moments, 1);
      expect(await texts('at')).toBe(at);
    },
  );
});
