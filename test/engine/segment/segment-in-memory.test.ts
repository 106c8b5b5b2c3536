import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { RecordedEvent } from 'nestjs-projections';
import { Deferred } from '../../support/deferred';
import { eventually } from '../../support/eventually';
import { MemorySegment, PassesByItself } from './memory-segment';

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, n) => BigInt(from + n));

/** Numbers between 0 and 1 that are the same for the same seed (Lehmer, 1951). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('a segment on ports in memory', () => {
  let segment: MemorySegment;
  const done = (position: bigint) =>
    eventually(() => expect(segment.stored.checkpoint.position).toBe(position), 10_000);

  beforeAll(() => Logger.overrideLogger(false));
  afterEach(() => segment.stop());

  it('applies what is there and what comes, each event once and in order', async () => {
    segment = new MemorySegment();
    segment.append(250);
    await segment.start();
    await done(250n);
    segment.append(3);
    await done(253n);
    expect(segment.stored.applied).toEqual(upTo(253));
  });

  it('prepares the next batch while one is written, and writes one at a time', async () => {
    segment = new MemorySegment({ batchSize: 10 });
    const prepared: bigint[] = [];
    const write = new Deferred();
    let writing = 0;
    segment.mishaps.handle = ({ globalPosition }) => void prepared.push(globalPosition);
    segment.mishaps.commit = async () => {
      expect(++writing).toBe(1);
      await write.released;
      writing--;
    };
    segment.append(40);
    await segment.start();
    await eventually(() => expect(prepared).toEqual(upTo(20)));
    expect(segment.stored.applied).toEqual([]);
    write.release();
    await done(40n);
    expect(segment.stored.applied).toEqual(upTo(40));
  });

  it('prepares nothing ahead where handlers need the transaction', async () => {
    segment = new MemorySegment({ batchSize: 10, worksAhead: false });
    const open: bigint[][] = [];
    segment.mishaps.handle = () => expect(segment.tries).toEqual(open);
    segment.mishaps.commit = (positions) => void open.push([...positions]);
    segment.append(30);
    await segment.start();
    await done(30n);
    expect(segment.stored.applied).toEqual(upTo(30));
  });

  it('commits what comes before an event that fails, tries that alone, and sets it aside', async () => {
    segment = new MemorySegment({ attempts: 3 });
    const attempts: number[] = [];
    segment.mishaps.handle = ({ globalPosition }, { attempt }) => {
      if (globalPosition !== 42n) return;
      attempts.push(attempt);
      throw new Error('bad');
    };
    segment.append(100);
    await segment.start();
    await done(100n);
    expect(segment.stored.letters).toEqual([42n]);
    expect(segment.stored.applied).toEqual(upTo(100).filter((position) => position !== 42n));
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('closes in on an event that nobody blames, with a logarithm of tries', async () => {
    segment = new MemorySegment();
    segment.mishaps.commit = (positions) => {
      if (positions.includes(70n)) throw new Error('at the commit');
    };
    segment.append(100);
    await segment.start();
    await done(100n);
    expect(segment.stored.letters).toEqual([70n]);
    expect(segment.stored.applied).toEqual(upTo(100).filter((position) => position !== 70n));
    const tries = segment.tries.filter((positions) => positions.includes(1n)).length;
    expect(tries).toBeLessThanOrEqual(Math.ceil(Math.log2(100)) + 1);
  });

  it('stops before an event where it is told to', async () => {
    segment = new MemorySegment({ onError: 'stop' as never });
    segment.mishaps.handle = ({ globalPosition }) => {
      if (globalPosition === 5n) throw new Error('bad');
    };
    segment.append(9);
    await segment.start();
    await eventually(() => expect(segment.stops).toMatchObject([{ event: { globalPosition: 5n } }]));
    expect(segment.stored).toMatchObject({ applied: upTo(4), letters: [], checkpoint: { position: 4n } });
  });

  it('stops after ten tries at what nobody knows to pass, where no event is to blame', async () => {
    segment = new MemorySegment();
    let tries = 0;
    segment.mishaps.load = () => {
      tries++;
      throw new Error('unheard of');
    };
    segment.append(1);
    await segment.start();
    await eventually(() => expect(segment.stops).toMatchObject([{ name: 'UnexpectedFailureError' }]));
    expect(tries).toBe(10);
  });

  it('rolls the batch back that is called off, and begins with it again', async () => {
    segment = new MemorySegment();
    const reached = new Deferred();
    const lock = new Deferred();
    segment.mishaps.commit = async () => {
      reached.release();
      await lock.released;
    };
    segment.append(3);
    await segment.start();
    await reached.released;
    segment.runner.callOff();
    lock.release();
    await segment.stop();
    expect(segment.stored).toMatchObject({ applied: [], checkpoint: { position: 0n } });
  });

  it('ends after the batch in flight', async () => {
    segment = new MemorySegment({ batchSize: 2 });
    const reached = new Deferred();
    const lock = new Deferred();
    segment.mishaps.commit = async () => {
      reached.release();
      await lock.released;
    };
    segment.append(2);
    await segment.start();
    await reached.released;
    let isOver = false;
    const stopped = segment.stop().then(() => (isOver = true));
    await setImmediate();
    expect(isOver).toBe(false);
    lock.release();
    await stopped;
    expect(segment.stored).toMatchObject({ applied: upTo(2), checkpoint: { position: 2n } });
  });

  it('rests while it is paused, and goes on from there', async () => {
    segment = new MemorySegment();
    await segment.start();
    segment.runner.direct({ state: 'paused', generation: 0, commands: [] });
    segment.append(3);
    await eventually(() => expect(segment.runner.heartbeatAgeMs).toBeLessThan(100));
    expect(segment.stored.applied).toEqual([]);
    segment.runner.direct({ state: 'running', generation: 0, commands: [] });
    await done(3n);
  });

  it.each(upTo(20))('loses and doubles nothing whatever fails (seed %i)', async (seed) => {
    const number = numbersFrom(Number(seed) * 7919);
    const chance = (part: number) => number() < part;
    const bad = new Set(upTo(300).filter(() => chance(0.03)));
    const badAtCommit = new Set(upTo(300).filter(() => chance(0.01)));
    segment = new MemorySegment({ batchSize: 1 + Math.floor(number() * 60), worksAhead: chance(0.7) });
    segment.mishaps.handle = ({ globalPosition }: RecordedEvent) => {
      if (bad.has(globalPosition)) throw new Error('bad');
    };
    segment.mishaps.commit = (positions) => {
      if (chance(0.05)) throw new PassesByItself('lock');
      if (positions.some((position) => badAtCommit.has(position))) throw new Error('at the commit');
    };
    await segment.start();
    while (segment.append(1 + Math.floor(number() * 30)) < 300n);
    const last = segment.append(1);
    await done(last);
    const { applied, letters } = segment.stored;
    const failed = upTo(Number(last)).filter((position) => bad.has(position) || badAtCommit.has(position));
    expect(letters).toEqual(failed);
    expect(applied).toEqual(upTo(Number(last)).filter((position) => !failed.includes(position)));
  });
});
