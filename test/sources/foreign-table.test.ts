import { On, OnAny, Projection, type RecordedEvent } from 'nestjs-projections';
import { eventually } from '../support/eventually';
import { positionsRecordedBy, recorder } from '../support/recorder';
import { FOREIGN } from './foreign-app';
import { facts, useForeign } from './use-foreign';

const from = (name: string, startFrom: 'head' | bigint | Date) =>
  recorder({ name, source: FOREIGN, startFrom });

const reader = () => recorder({ name: 'reader', source: FOREIGN });

/** Keeps what it is given. */
function keeper(type: 'live' | 'persistent' = 'persistent') {
  const given: RecordedEvent[] = [];

  @Projection({ name: 'keeper', type, source: FOREIGN })
  class Keeper {
    @OnAny()
    keep(event: RecordedEvent) {
      given.push(event);
    }
  }
  return { given, Keeper };
}

describe("somebody else's table", () => {
  const use = useForeign();
  const recorded = async () => (await positionsRecordedBy(use.database, 'reader')).map(BigInt);

  it('may lack what our own has, and have nothing where our own must have something', async () => {
    const { given, Keeper } = keeper();
    const { projections } = await use.start([Keeper]);
    await use.foreign.query(`INSERT INTO legacy.facts (kind, at) VALUES (NULL, NULL)`);
    const position = await use.add('ref-1', 'Happened', { amount: 1.5, nested: [null] });
    await projections.waitFor('keeper', position);
    expect(given).toMatchObject([
      { id: '', streamId: '', type: '', data: null, version: 0, globalPosition: 5_000_000_000n },
      {
        id: 'ref-1',
        streamId: '7',
        type: 'Happened',
        data: { amount: 1.5, nested: [null] },
        metadata: {},
        version: 0,
        globalPosition: position,
      },
    ]);
  });

  it('is read by expressions, and without the rows that are no events', async () => {
    const { given, Keeper } = keeper();
    const source = facts({
      where: "kind <> 'Command'",
      columns: { version: { sql: 'nr % 10' }, metadata: { sql: `json_build_object('subject', subject)` } },
    });
    const { projections } = await use.start([Keeper, reader()], source);
    const first = await use.add('ref-1');
    await use.add('ref-2', 'Command');
    const last = await use.add('ref-3');
    await projections.waitFor('keeper', last);
    await projections.waitFor('reader', last);
    expect(given.map(({ version, metadata }) => [version, metadata])).toEqual([
      [0, { subject: 7 }],
      [2, { subject: 7 }],
    ]);
    expect(await recorded()).toEqual([first, last]);
  });

  it('wakes projections by the channel that its writers notify', async () => {
    const { given, Keeper } = keeper('live');
    const hour = { min: 3_600_000, max: 3_600_000 };
    await use.start([Keeper], facts({ channel: 'Facts' }), { pollInterval: hour });
    await eventually(async () => {
      await use.add('ref');
      await use.foreign.query('NOTIFY "Facts"');
      expect(given.length).toBeGreaterThan(0);
    });
  });

  it('gives events whose ids are no UUIDs, also where they fail', async () => {
    let broken = true;

    @Projection({ name: 'failing', source: FOREIGN, onError: 'park-stream', retry: { attempts: 1 } })
    class Failing {
      @On('Happened')
      apply() {
        if (broken) throw new Error('broken');
      }
    }
    const { projections } = await use.start([Failing]);
    await use.add('order/1');
    const last = await use.add('order/2', 'Happened', { n: 1 });
    await projections.waitFor('failing', last);
    const letters = await projections.deadLetters('failing');
    expect(letters.map(({ event, state }) => [event.id, state])).toEqual([
      ['order/1', 'failed'],
      ['order/2', 'waiting'],
    ]);
    broken = false;
    expect(await projections.retryDeadLetters('failing')).toEqual({ applied: 2, failed: 0 });
  });

  it('is waited for by a position of its own alone', async () => {
    const { projections } = await use.start([reader()]);
    const appended = { version: 1, globalPosition: 1n };
    await expect(projections.waitFor('reader', appended)).rejects.toThrow('it reads the source "foreign"');
    await projections.waitFor('reader', await use.add('ref'));
    expect(await recorded()).toHaveLength(1);
  });

  it('is replayed', async () => {
    const { projections, close } = await use.start([reader()]);
    const positions = [await use.add('ref-1'), await use.add('ref-2')];
    await projections.waitFor('reader', positions[1]!);
    await close();
    const Rebuilt = recorder({ name: 'rebuilt', type: 'catch-up', source: FOREIGN });
    const { projections: again } = await use.start([reader(), Rebuilt]);
    expect(await again.catchUp('rebuilt')).toBe(positions[1]);
    expect((await positionsRecordedBy(use.database, 'rebuilt')).map(BigInt)).toEqual(positions);
    expect(await recorded()).toEqual(positions);
  });

  it('begins at the head, at a position or at a moment', async () => {
    const [first, second] = [await use.add('ref-1'), await use.add('ref-2')];
    const since = new Date();
    await use.foreign.query('UPDATE legacy.facts SET at = $1 WHERE nr = $2', [since, String(second)]);
    await use.foreign.query(`UPDATE legacy.facts SET at = '2020-01-01' WHERE nr = $1`, [String(first)]);
    const { projections } = await use.start([from('head', 'head'), from('at', first), from('since', since)]);
    const third = await use.add('ref-3');
    for (const name of ['head', 'at', 'since']) await projections.waitFor(name, third);
    const of = async (name: string) => (await positionsRecordedBy(use.database, name)).map(BigInt);
    expect(await of('head')).toEqual([third]);
    expect(await of('at')).toEqual([second, third]);
    expect(await of('since')).toEqual([second, third]);
  });
});
