import type { ShopEvent } from './shop-event';
import type { Stream } from './stream';

/** Lets the shop's time pass. */
interface Wait {
  readonly wait: number;
}

/** Events that become facts at this moment, together. */
export interface Deed {
  readonly stream: Stream;
  readonly events: readonly ShopEvent[];
  /** Streams whose events so far are the cause of these. */
  readonly causes: readonly Stream[];
}

/** The life of one thing in the shop, told as it happens: it acts, waits, and acts again. */
export type Life = Generator<Wait | Deed, void, void>;

export function wait(milliseconds: number): Wait {
  return { wait: milliseconds };
}

export function act(stream: Stream, events: readonly ShopEvent[], causes: readonly Stream[] = []): Deed {
  return { stream, events, causes };
}
