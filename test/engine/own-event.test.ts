import { EventTooDeepError, type RecordedEvent } from 'nestjs-projections';
import { freezeEvent } from '../../src/events/frozen-event';
import { madeOf } from '../../src/events/made-of';
import { ownEvent } from '../../src/events/own-event';

const event = (data: unknown, recordedAt: unknown = new Date(0)): RecordedEvent =>
  freezeEvent({
    id: 'id',
    streamId: 's',
    type: 'T',
    data,
    metadata: {},
    version: 1,
    globalPosition: 1n,
    recordedAt: recordedAt as Date,
  });

const partsOf = (value: unknown): object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(partsOf)] : [];

describe('the event as one call gets it', () => {
  it.each(['{"a":{"b":[1,{"c":null}]},"d":"e"}', '[[{"a":1}],2]', '{"__proto__":{"a":[1]},"b":1}', '"text"'])(
    'has equal data that share nothing: %s',
    (json) => {
      const data: unknown = JSON.parse(json);
      const own = ownEvent(event(data));
      expect(JSON.stringify(own.data)).toBe(json);
      const theirs = new Set(partsOf(data));
      expect(partsOf(own.data).filter((part) => theirs.has(part))).toEqual([]);
    },
  );

  it('keeps what a source gives that is no JSON', () => {
    const data = { at: new Date(1), map: new Map(), bytes: Buffer.from('bytes') };
    expect(ownEvent(event(data)).data).toEqual(data);
  });

  it('is of one that nobody can change', () => {
    const frozen = event({ list: [{ a: 1 }] });
    expect(partsOf([frozen, frozen.data, frozen.metadata]).filter((part) => !Object.isFrozen(part))).toEqual([
      [frozen, frozen.data, frozen.metadata],
      frozen.recordedAt,
    ]);
    expect(freezeEvent(frozen)).toBe(frozen);
  });

  it('is refused where it is nested deeper than Node can call itself, which the frozen one may be', () => {
    let data: unknown = 1;
    for (let level = 0; level < 50_000; level++) data = level % 2 ? { data } : [data];
    const frozen = event(data);
    let part = frozen.data;
    for (; typeof part === 'object' && part !== null; [part] = Object.values(part))
      if (!Object.isFrozen(part)) throw new Error('not frozen');
    expect(() => ownEvent(frozen)).toThrow(EventTooDeepError);
  });

  it('has a date that cannot be set, wherever it comes from', () => {
    const recordedAt = new Date(-1);
    const own = ownEvent(event({}, recordedAt));
    expect(own.recordedAt).toEqual(recordedAt);
    expect(() => own.recordedAt.setTime(5)).toThrow(TypeError);
    expect(ownEvent(event({}, Infinity)).recordedAt).toBe(Infinity);
  });
});

const given = () => event(Object.freeze({ id: '1', tags: Object.freeze(['b', 'a']) }));

describe('a function that only looks at an event', () => {
  it('begins again with the event as it was, where it changes more than its own', () => {
    const frozen = given();
    const key = madeOf((own) => {
      const open = own as { data: { id: string; tags: string[] } };
      open.data = { ...open.data, id: `tenant-${open.data.id}` };
      // oxlint-disable-next-line unicorn/no-array-sort -- it changes the event, which is what is tested
      open.data.tags.sort();
      return open.data.id;
    }, frozen);
    expect(key).toBe('tenant-1');
    expect(ownEvent(frozen).data).toEqual({ id: '1', tags: ['b', 'a'] });
  });

  it('may freeze what it is given', () => {
    const frozen = given();
    expect(madeOf((own) => Object.freeze(own).id, frozen)).toBe('id');
    expect(ownEvent(frozen).data).toEqual(frozen.data);
  });
});
