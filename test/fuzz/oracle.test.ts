import { add, type Row } from './fold';
import type { Facts, Letter, StoredEvent } from './look';
import { judge } from './oracle';
import type { EventType, ProjectionPlan } from './plan';

const PLAN: ProjectionPlan = {
  name: 'p',
  type: 'persistent',
  style: 'transaction',
  types: undefined,
  segments: 1,
  divisible: true,
  keyBy: 'stream',
  onError: 'park-stream',
  parkBy: 'stream',
  attempts: 1,
  batchSize: undefined,
  // Whatever is set aside may have failed.
  faultRate: 1,
  faultKinds: ['poison'],
  faultPlaces: ['handler'],
  oddErrors: false,
  slowMs: 0,
  vandal: false,
  sharesValues: false,
};

const stored = (position: number, type: EventType = 'Added'): StoredEvent => ({
  position,
  id: `id-${position}`,
  streamId: 's',
  version: position,
  type,
  data: { n: position, k: 0, amount: position * 10, tags: [position] },
});

const letter = (position: number, state: Letter['state']): Letter => ({
  ...stored(position),
  state,
  parkedBy: 's',
  error: 'why',
});

/** The row of the stream, of events in the order given. */
function rowOf(...positions: number[]): Row[] {
  const row = positions.reduce<Row | undefined>(
    (before, one) => add(before, 's', stored(one).data, one),
    undefined,
  );
  return row ? [row] : [];
}

function problems(facts: Partial<Facts>, plan: Partial<ProjectionPlan> = {}): string[] {
  const all = { events: [1, 2, 3].map((one) => stored(one)), rows: [], letters: [], removed: [], ...facts };
  return judge({ ...PLAN, ...plan }, all, { seed: 1, mended: false, mayBeBack: false });
}

describe('the oracle', () => {
  it('finds nothing where all is applied, set aside, waiting or taken out', () => {
    expect(problems({ rows: rowOf(1, 2, 3) })).toEqual([]);
    expect(problems({ rows: rowOf(1), letters: [letter(2, 'failed'), letter(3, 'waiting')] })).toEqual([]);
    expect(problems({ rows: rowOf(1, 3), removed: [2] })).toEqual([]);
    expect(problems({ rows: rowOf(3), events: [stored(1), stored(2, 'Removed'), stored(3)] })).toEqual([]);
  });

  it('finds what was lost, doubled, or applied although it is set aside', () => {
    expect(problems({ rows: rowOf(1, 3) })).toEqual(['p: row "s" has lost 2']);
    expect(problems({ rows: rowOf(1, 2, 2, 3) })).toEqual(['p: row "s" has 2 twice']);
    expect(problems({ rows: rowOf(1, 2, 3), letters: [letter(3, 'failed')] })).toEqual([
      'p: row "s" has 3, which it must not have',
    ]);
  });

  it('finds a wrong order, except where failed events may come late', () => {
    expect(problems({ rows: rowOf(1, 3, 2) })).toEqual(['p: row "s" has 2 after 3 (1, 3, 2)']);
    expect(problems({ rows: rowOf(1, 3, 2) }, { onError: 'dead-letter' })).toEqual([]);
    expect(problems({ rows: rowOf(1, 3, 2) }, { onError: 'dead-letter', faultRate: 0 })).toEqual([
      'p: row "s" has 2 after 3 (1, 3, 2)',
    ]);
  });

  it('finds values that no sequential fold gives', () => {
    const [row] = rowOf(1, 2, 3);
    expect(problems({ rows: [{ ...row!, tags: [1, 2, 3, 3] }] })).toEqual([
      'p: row "s" has tags 1,2,3,3, and not 1,2,3',
    ]);
  });

  it('finds letters of good events, and those that are not as the event was stored', () => {
    const good = { faultRate: 0 };
    expect(problems({ rows: rowOf(1, 2), letters: [letter(3, 'failed')] }, good)).toEqual([
      'p: 3 was set aside, but cannot fail: why',
    ]);
    const changed = { ...letter(3, 'failed'), data: { ...stored(3).data, amount: 0 } };
    expect(problems({ rows: rowOf(1, 2), letters: [changed] })[0]).toContain('the letter at 3 is ');
  });

  it('finds what does not wait, and what waits for ever', () => {
    expect(problems({ rows: rowOf(1, 3), letters: [letter(2, 'failed')] })).toEqual([
      'p: 3 does not wait behind 2',
    ]);
    expect(problems({ rows: rowOf(1, 2), letters: [letter(3, 'waiting')] })).toEqual([
      'p: 3 waits for ever: nothing of "s" before it has failed',
    ]);
  });
});
