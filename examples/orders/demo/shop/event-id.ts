import { createHash } from 'node:crypto';

/**
 * The id of the shop's nth event: always the same for the same plan, so that a demo that was killed while it
 * generated goes on without writing an event twice. A UUID of version 8, which is made for ids of one's own kind.
 */
export function eventId(plan: string, n: number): string {
  const hex = createHash('sha256').update(`${plan}/${n}`).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
