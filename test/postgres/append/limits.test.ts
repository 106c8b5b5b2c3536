import { InvalidEventError, type NewEvent } from 'nestjs-projections';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { happened, NO_POLLING } from '../../support/store';

const MAX_EVENT_BYTES = 1000;

const event = (change: object) => ({ ...happened(), ...change }) as NewEvent;
/** A payload that takes so many bytes as JSON. */
const bytes = (count: number) => ({ text: 'x'.repeat(count - '{"text":""}'.length) });
const circle: { self?: object } = {};
circle.self = circle;

describe('the limits of an append', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp(database.url, {
      options: { ...NO_POLLING, listen: false, maxEventBytes: MAX_EVENT_BYTES },
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each<[string, string, object]>([
    ['an empty stream id', '', {}],
    ['a blank stream id', ' \n', {}],
    ['a stream id of 1001 bytes', 'é'.repeat(500) + 'x', {}],
    ['a stream id with NUL', 's\0', {}],
    ['a stream id with half a pair', 's\ud800', {}],
    ['an empty type', 's', { type: '' }],
    ['a blank type', 's', { type: '\t' }],
    ['no type', 's', { type: undefined }],
    ['a type of 256 bytes', 's', { type: 'T'.repeat(256) }],
    ['a type with NUL', 's', { type: 'T\0' }],
    ['an id that is no UUID', 's', { id: '17' }],
    ['data that are missing', 's', { data: undefined }],
    ['data that are null', 's', { data: null }],
    ['data that are an array', 's', { data: [1] }],
    ['data that are a string', 's', { data: 'text' }],
    ['data that are a number', 's', { data: 5 }],
    ['data that become no object', 's', { data: new Date() }],
    ['data with a bigint', 's', { data: { n: 5n } }],
    ['data in a circle', 's', { data: circle }],
    ['data with NUL', 's', { data: { text: 'a\0' } }],
    ['data with a key with NUL', 's', { data: { 'a\0': 1 } }],
    ['data with half a pair', 's', { data: { text: '\udfff' } }],
    ['metadata that are an array', 's', { metadata: [] }],
    ['metadata with NUL', 's', { metadata: { text: '\0' } }],
    ['more bytes than allowed', 's', { data: bytes(MAX_EVENT_BYTES - 1) }],
    ['more bytes than allowed with its metadata', 's', { data: {}, metadata: bytes(MAX_EVENT_BYTES - 1) }],
    ['more bytes in characters of two', 's', { data: { text: 'é'.repeat(MAX_EVENT_BYTES / 2) } }],
  ])('refuse %s, and write nothing of the append', async (_what, streamId, change) => {
    const append = app.store.append(streamId, [happened(), event(change), happened()]);
    await expect(append).rejects.toThrow(InvalidEventError);
    expect(await database.query('SELECT FROM events WHERE stream_id = $1', [safe(streamId)])).toEqual([]);
  });

  it('refuse one id for two events', async () => {
    const id = '00000000-0000-4000-8000-00000000000a';
    const append = app.store.append('s', [event({ id }), event({ id: id.toUpperCase() })]);
    await expect(append).rejects.toThrow('stands twice');
  });

  it.each([-1, 1.5, Number.NaN, '5', 'none'])('refuse the expected version %p', async (expectedVersion) => {
    const append = app.store.append('s', [happened()], { expectedVersion: expectedVersion as number });
    await expect(append).rejects.toThrow(InvalidEventError);
  });

  it.each<[string, string, object]>([
    // Hardly compressible, and so as large in the index as it can get.
    ['a stream id of 1000 bytes', noise(1000), {}],
    ['a type of 255 bytes', 'a', { type: 'T'.repeat(255) }],
    ['as many bytes as allowed', 'b', { data: bytes(MAX_EVENT_BYTES - 2) }],
    ['quotes, backslashes and escapes spelt out', `c'"\\u0000`, { data: { text: '\\u0000 \\\\ud800 \' "' } }],
    ['characters of four bytes', 'd😀', { type: '😀', data: { '😀': '😀' } }],
  ])('allow %s', async (_what, streamId, change) => {
    await app.store.append(streamId, [event(change)]);
    expect(await app.store.readStream(streamId)).toMatchObject([{ streamId, ...event(change) }]);
  });
});

const safe = (text: string) => text.replaceAll('\0', '').toWellFormed();

/** Text of so many bytes, in characters of three as far as they go, that repeats nothing. */
function noise(count: number): string {
  let state = 1;
  const characters = Array.from({ length: Math.floor(count / 3) }, () => {
    state = (state * 48271) % 0x7fffffff;
    return String.fromCharCode(0x4e00 + (state % 20_000));
  });
  return characters.join('') + 'x'.repeat(count % 3);
}
