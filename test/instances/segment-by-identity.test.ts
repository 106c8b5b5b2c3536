import { runInNewContext } from 'node:vm';
import type { ProjectionOptions, RecordedEvent } from 'nestjs-projections';
import { streamOf } from '../../src/authoring/key-callback';
import { segmentByIdentity } from '../../src/engine/reading/segment-by-identity';

type Given = NonNullable<ProjectionOptions['segmentBy']>;
interface Data {
  readonly customer: string;
  readonly region: string;
}
interface Node {
  readonly id: string;
  readonly parent?: Node;
}

/** As another compiler or minifier writes it. */
const written = (source: string) => segmentByIdentity(runInNewContext(source) as Given);

const by =
  (part: 'customer' | 'region'): Given =>
  ({ data }: RecordedEvent<Data>) =>
    data[part];

const root: Given = ({ data }: RecordedEvent<Node>) => {
  let node = data;
  while (node.parent) node = node.parent;
  return node.id;
};

describe('the identity of segmentBy', () => {
  it.each([
    ['variables and white space', 'e=>e.data.day', '(event) =>\n  event.data.day /* the day */'],
    ['a pattern', '({data:e,type:t})=>"a"==t?e.x:t', "({ data, type }) => 'a' == type ? data.x : type"],
    ['kinds of quotes', "e=>e.data['day']", 'e => e.data["day"];'],
  ])('does not depend on %s', (_, one, other) => {
    expect(written(one)).toBe(written(other));
  });

  it.each([
    ['another property', 'e=>e.data.day', 'e=>e.data.month'],
    ['another literal', "e=>e.type==='A'?e.data.x:e.streamId", "e=>e.type==='B'?e.data.x:e.streamId"],
    ['another cut of the same part', 'e=>e.streamId.slice(0,3)', 'e=>e.streamId.slice(0,4)'],
  ])('tells %s', (_, one, other) => {
    expect(written(one)).not.toBe(written(other));
  });

  it('sees what a function closes over, and what it calls', () => {
    expect(segmentByIdentity(by('customer'))).not.toBe(segmentByIdentity(by('region')));
    expect(segmentByIdentity(by('customer'))).toBe(segmentByIdentity(by('customer')));
  });

  it('comes to an end with a function that goes on for ever with an event without an end', () => {
    expect(segmentByIdentity(root)).toBe(segmentByIdentity(root));
  });

  it('of none is that of the stream, in every release', () => {
    expect(segmentByIdentity(streamOf)).toBe('stream');
  });
});
