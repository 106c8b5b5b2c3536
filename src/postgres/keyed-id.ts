import { createHash } from 'node:crypto';

/** Keeps these ids apart from those that others make of the same names. */
const NAMESPACE = Buffer.from('6e65737470726f6a9a1d4c5f8b2e7a30', 'hex');

/** The id of the event at `place` of the append that `key` names: a UUID of version 5, always the same. */
export function keyedId(streamId: string, key: string, place: number): string {
  const hash = createHash('sha1')
    .update(NAMESPACE)
    .update(JSON.stringify([streamId, key, place]))
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
