import type { ProjectionOptions, RecordedEvent } from 'nestjs-projections';
import type { TestApp } from '../support/app';
import { eventually } from '../support/eventually';
import { useLog } from './use-log';

const byCustomer = ({ data }: RecordedEvent) => data.customer as string;
const byCountry = ({ data }: RecordedEvent) => data.country as string;
const byVersionButFirst = ({ version }: RecordedEvent) => {
  if (version === 1) throw new Error('no key');
  return `key-${version}`;
};
const unreadable = (): string => {
  throw new Error('no key');
};

const data = { customer: 'ann', country: 'fr' };
const append = ({ store }: TestApp, stream: string) => store.append(stream, [{ type: 'Happened', data }]);

const DUE = `SELECT FROM projection_states
  WHERE segments <> segments_wanted OR segments > 1 AND segmented_by <> segment_by_wanted`;

describe('what is parked when another function says what belongs together', () => {
  const log = useLog();

  /** The first event fails in the old code, the second waits, and the third comes when the new code runs. */
  const changes: [string, Partial<ProjectionOptions>, Partial<ProjectionOptions>][] = [
    ['parkBy is given up', { parkBy: byCustomer }, {}],
    ['parkBy is another one', { parkBy: byCustomer }, { parkBy: byCountry }],
    ['parkBy is new', {}, { parkBy: byCountry }],
    ['parkBy could not tell', { parkBy: unreadable }, { parkBy: byCountry }],
    ['parkBy cannot tell any more', { parkBy: byCountry }, { parkBy: unreadable }],
    ['segmentBy comes with the first segments', {}, { segments: 2, segmentBy: byCountry }],
    [
      'segmentBy is another one',
      { segments: 2, segmentBy: byCustomer },
      { segments: 2, segmentBy: byCountry, version: 2 },
    ],
    ['segmentBy goes with the segments', { segments: 2, segmentBy: byCustomer }, { version: 2 }],
  ];

  it.each(changes)('goes on waiting where %s', async (_, before, after) => {
    let bad = true;
    log.fault.now = ({ version }) => {
      if (version === 1 && bad) throw new Error('bad');
    };
    const old = await log.start({ onError: 'park-stream', ...before });
    await append(old, 'X');
    await old.projections.waitFor('log', (await append(old, 'X')).globalPosition);

    const fresh = await log.start({ onError: 'park-stream', ...after });
    // Only the old code can bring its segments together.
    await eventually(async () => expect(await log.database.query(DUE)).toEqual([]));
    await old.close();
    await fresh.projections.waitFor('log', (await append(fresh, 'X')).globalPosition, { timeoutMs: 20_000 });
    expect(await log.versionsOf('X')).toEqual([]);

    bad = false;
    await fresh.projections.retryDeadLetters('log');
    await fresh.projections.retryDeadLetters('log');
    expect(await log.versionsOf('X')).toEqual([1, 2, 3]);
    expect(await fresh.projections.deadLetters('log')).toEqual([]);
  });

  it('keeps behind its stream what is parked by it for want of a key', async () => {
    const old = await log.start({ onError: 'park-stream', parkBy: byVersionButFirst });
    log.fault.now = ({ version }) => {
      if (version === 1) throw new Error('bad');
    };
    for (let n = 0; n < 2; n++) await append(old, 'X');
    await old.projections.waitFor('log', 2n);
    const letters = await old.projections.deadLetters('log');
    await old.close();

    const again = await log.start({ onError: 'park-stream', parkBy: byVersionButFirst });
    await again.projections.waitFor('log', (await append(again, 'X')).globalPosition);
    expect((await again.projections.deadLetters('log')).slice(0, 2)).toEqual(letters);
    expect(letters.map(({ parkedBy }) => parkedBy)).toEqual(['X', 'X']);
    expect(await log.versionsOf('X')).toEqual([]);
  });
});
