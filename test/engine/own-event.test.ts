import type { RecordedEvent } from 'nestjs-projections';
import { freezeEvent } from '../../src/events/frozen-event';
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

  it('has a date that cannot be set, wherever it comes from', () => {
    const recordedAt = new Date(-1);
    const own = ownEvent(event({}, recordedAt));
    expect(own.recordedAt).toEqual(recordedAt);
    expect(() => own.recordedAt.setTime(5)).toThrow(TypeError);
    expect(ownEvent(event({}, Infinity)).recordedAt).toBe(Infinity);
  });
});
