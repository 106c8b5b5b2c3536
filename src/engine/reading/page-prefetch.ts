import type { ConnectionBudget } from '../../database/connection-budget';
import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import type { EventFeed } from './event-feed';
import type { PageSize } from './page-size';
import type { SegmentFilter } from './segment-filter';

export interface PrefetchParts {
  readonly types: readonly string[] | undefined;
  readonly feed: EventFeed;
  readonly filter: SegmentFilter;
  readonly pageSize: PageSize;
  readonly budget: ConnectionBudget;
}

/** Up to where a segment may read, and in which life of the store. */
export interface Bounds {
  readonly upTo: bigint;
  readonly incarnation: string | undefined;
}

/** The pages of a segment: one is applied, and one may be read, or left over, behind it. */
export class PagePrefetch {
  private next: { readonly after: bigint; readonly page: Promise<EventPage> } | undefined;

  constructor(private readonly parts: PrefetchParts) {}

  /** The events behind `after`, whether they are read already or not. */
  take(after: bigint, bounds: Bounds): Promise<EventPage> {
    const { next } = this;
    this.next = undefined;
    return next?.after === after ? next.page : this.read(after, bounds);
  }

  /** Reads on while a page is applied; if that fails, so will the turn that wants it, and not before. */
  begin(after: bigint, bounds: Bounds): void {
    if (after >= bounds.upTo || !this.parts.budget.idle || this.next) return;
    const page = this.read(after, bounds);
    page.catch(() => undefined);
    this.next = { after, page };
  }

  /** Has the next turn take events that are read already. */
  keep(after: bigint, events: readonly RecordedEvent[], through: bigint): void {
    this.next = { after, page: Promise.resolve({ events, through, bytes: 0 }) };
  }

  /** The events behind `after` that are read already, without reading more. */
  async upcoming(after: bigint): Promise<readonly RecordedEvent[]> {
    const { next } = this;
    return next?.after === after ? (await next.page).events : [];
  }

  forget(): void {
    this.next = undefined;
    this.parts.feed.forget();
  }

  private async read(after: bigint, { upTo, incarnation }: Bounds): Promise<EventPage> {
    const { feed, filter, types, pageSize } = this.parts;
    const { limit, maxBytes } = pageSize;
    const page = await feed.readPage({ after, upTo, types, limit, maxBytes, incarnation });
    pageSize.read(page.events.length, page.bytes);
    return filter.take(page);
  }
}
