import type { EventStore } from 'nestjs-projections';
import type { ShopAppend } from './shop/generate-shop';

/** Appends that are under way at a time. */
const WRITERS = 16;

/** One portion is stored before the next begins, so that only one of them can be half there after a crash. */
const PORTION = 500;

interface AppendShop {
  readonly shop: Iterable<ShopAppend>;
  readonly store: EventStore;
  /** Which of these event ids are stored already. */
  readonly storedIds: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly signal: AbortSignal;
  readonly onPortion: (through: ShopAppend, newEvents: number) => void;
}

/** Appends what the store does not hold yet. Stops between two portions when `signal` aborts. */
export async function appendShop({ shop, store, storedIds, signal, onPortion }: AppendShop): Promise<void> {
  let untold = false;
  for (const portion of portions(shop)) {
    if (signal.aborted) return;
    const stored: ReadonlySet<string> = untold ? new Set() : await storedIds(portion.map(firstId));
    const missing = portion.filter((append) => !stored.has(firstId(append)));
    untold ||= missing.length === portion.length;
    await appendAll(store, missing);
    onPortion(
      portion.at(-1)!,
      missing.reduce((sum, append) => sum + append.events.length, 0),
    );
  }
}

/** Several at once, but none before those it follows. */
async function appendAll(store: EventStore, appends: readonly ShopAppend[]): Promise<void> {
  const underWay = new Map<string, Promise<unknown>>();
  const queue = appends.values();
  const writer = async () => {
    for (const { streamId, expectedVersion, events, follows } of queue) {
      const causes = Promise.all(follows.map(async (id) => underWay.get(id)));
      const append = causes.then(() => store.append(streamId, events, { expectedVersion }));
      underWay.set(streamId, append);
      await append;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: WRITERS }, writer));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function* portions(shop: Iterable<ShopAppend>): Generator<ShopAppend[]> {
  let portion: ShopAppend[] = [];
  for (const append of shop) {
    portion.push(append);
    if (portion.length < PORTION) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

function firstId(append: ShopAppend): string {
  return append.events[0]!.id;
}
