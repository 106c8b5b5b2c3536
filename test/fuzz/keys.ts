import type { FuzzData, KeyBy, ProjectionPlan } from './plan';

interface Keyed {
  readonly streamId: string;
  readonly type: string;
  readonly data: FuzzData;
}

/** What a callback of a user's gives. */
export function keyOf(by: KeyBy, { streamId, data }: Keyed): string | number {
  if (by === 'stream') return streamId;
  return by === 'text' ? `k${data.k}` : data.k;
}

/** The rows an event changes. Those of one row have one key of order. */
export function rowsOf({ keyBy }: ProjectionPlan, event: Keyed): string[] {
  const key = String(keyOf(keyBy, event));
  return event.type === 'Split' ? [`${key}/x`, `${key}/y`] : [key];
}

/** Whether what is set aside holds back whatever its rows still wait for, so that rows are always made in order. */
export function isStrict({ onError, parkBy, keyBy }: ProjectionPlan): boolean {
  return onError === 'stop' || (onError === 'park-stream' && parkBy === keyBy);
}
