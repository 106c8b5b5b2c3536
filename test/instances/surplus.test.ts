import { surplusOf } from '../../src/engine/coordination/surplus';
import type { StateRow } from '../../src/state/projection-state';

const state = (projection: string, segments: number) => ({ projection, segments }) as StateRow;
const held = (projection: string, count: number) =>
  Array.from({ length: count }, (_, segment) => ({ id: { projection, segment } }));
const leases = (owner: string, projection: string, count: number) =>
  held(projection, count).map(({ id }) => ({
    projection: id.projection,
    segment: id.segment,
    owner,
    epoch: 1,
    live: true,
    farAway: false,
  }));

describe('the segments that an instance lets others have', () => {
  const states = [state('p', 300)];
  const instances = [
    { instance: 'me', runs: ['p'] },
    { instance: 'other', runs: ['p'] },
  ];

  it('are all at once those above its share', () => {
    const given = surplusOf(held('p', 300), 150, 'me', { states, instances, leases: leases('me', 'p', 300) });
    expect(given).toHaveLength(150);
    expect(given[0]!.id.segment).toBe(299);
  });

  it('are no more than the others have room for', () => {
    const given = surplusOf(held('p', 300), 100, 'me', {
      states,
      instances,
      leases: leases('other', 'p', 140),
    });
    expect(given).toHaveLength(10);
  });

  it('are none where nobody else can run them', () => {
    const alone = [instances[0]!, { instance: 'other', runs: ['q'] }];
    const rows = [...states, state('q', 300)];
    expect(surplusOf(held('p', 300), 150, 'me', { states: rows, instances: alone, leases: [] })).toEqual([]);
  });

  it('are none where the next look of the other would only toss them back', () => {
    const own = leases('other', 'p', 150);
    expect(surplusOf(held('p', 151), 150, 'me', { states, instances, leases: own })).toEqual([]);
  });
});
