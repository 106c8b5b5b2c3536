import { inspect } from 'node:util';
import { freezeEvent, plainEvent } from '../../../src/events/frozen-event';
import { PageEvent } from '../../../src/events/page-event';
import { DecodedColumns } from '../../../src/postgres/decoded-columns';

const columns = new DecodedColumns({
  positions: '7,9007199254740993',
  ids: '["a","b"]',
  streamIds: '["s","\\"t\\""]',
  versions: '1,2',
  metadata: '[null,{"by":["me"]}]',
  recordedAt: '1000000,"2300-01-01T00:00:00+00:00"',
});
const data = Object.freeze({ n: 1 });
const event = new PageEvent(columns, 1, 'Happened', data);
const plain = {
  id: 'b',
  streamId: '"t"',
  type: 'Happened',
  data: { n: 1 },
  metadata: { by: ['me'] },
  version: 2,
  globalPosition: 9_007_199_254_740_993n,
  recordedAt: new Date('2300-01-01T00:00:00Z'),
};

describe('an event of a page', () => {
  it('has what its columns say', () => {
    expect({ ...plainEvent(event) }).toEqual(plain);
    expect(plainEvent(new PageEvent(columns, 0, 'Happened', data))).toMatchObject({
      globalPosition: 7n,
      metadata: {},
      recordedAt: new Date(1_000),
    });
  });

  it('is written and shown as a plain one', () => {
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      ...plain,
      globalPosition: '9007199254740993',
      recordedAt: '2300-01-01T00:00:00.000Z',
    });
    expect(inspect(event)).toContain('streamId: \'"t"\'');
  });

  it('can be changed by nobody', () => {
    const open = event as { -readonly [Name in keyof PageEvent]: PageEvent[Name] };
    expect(() => (open.streamId = 'x')).toThrow(TypeError);
    expect(() => (open.data = {})).toThrow(TypeError);
    expect(() => (open.metadata.by as string[]).push('x')).toThrow(TypeError);
    expect(freezeEvent(event)).toBe(event);
  });
});
