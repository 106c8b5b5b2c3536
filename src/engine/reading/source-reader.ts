import { endsWithin } from '../../async/ends-within';
import type { ConnectionBudget } from '../../database/connection-budget';
import type { Backlog, BacklogRequest, EventSource } from '../../events/event-source';
import { EventFeed, type FeedReader } from './event-feed';
import { HeadWatcher, type HeadReport, type PollInterval } from './head-watcher';
import { KnownBeginnings } from './known-beginnings';
import { SourceNotReadableError } from './source.errors';

/** How long a status waits for a source; with what is asked of the module's own database it has less than five seconds. */
const ANSWERS_MS = 1_500;

export interface SourceReaderParts {
  /** What projections call the source; `undefined` for the module's event store. */
  readonly name: string | undefined;
  readonly source: EventSource;
  readonly pollInterval: PollInterval;
  readonly budget: ConnectionBudget;
  /** The loops here that read it. */
  readonly loops: (reader: SourceReader) => readonly FeedReader[];
  /** Whether anything here goes by it. */
  readonly isRead: (reader: SourceReader) => boolean;
}

/** One source in this process, for all projections that read it. */
export class SourceReader {
  readonly name: string | undefined;
  readonly source: EventSource;
  readonly watcher: HeadWatcher;
  readonly feed: EventFeed;
  readonly beginnings: KnownBeginnings;

  constructor({ name, source, pollInterval, budget, loops, isRead }: SourceReaderParts) {
    this.name = name;
    this.source = source;
    const feed = new EventFeed(source, budget, () => loops(this));
    this.feed = feed;
    this.watcher = new HeadWatcher(source, pollInterval, name, {
      areHere: () => isRead(this),
      wantAt: (head) => feed.wantAt(head),
      bring: (head) => feed.bring(head),
    });
    this.beginnings = new KnownBeginnings(this.watcher);
  }

  /** Where it ends, for a status. A source of another database fails by itself, and not what is said of others. */
  report(): Promise<HeadReport> {
    return this.answer(
      () => this.watcher.report(),
      (problem) => ({ settled: this.watcher.head, problem }),
    );
  }

  /** What waits, for a status; where it cannot be counted, the distance between the positions. */
  backlog(request: BacklogRequest): Promise<Backlog> {
    const { after, upTo } = request;
    return this.answer(
      async () => this.source.backlog(request),
      () => ({ events: upTo > after ? Number(upTo - after) : 0, seconds: 0 }),
    );
  }

  private async answer<T>(
    ask: () => Promise<T>,
    otherwise: (problem: SourceNotReadableError) => T,
  ): Promise<T> {
    if (this.name === undefined) return ask();
    const answer = ask();
    try {
      if (await endsWithin(answer, ANSWERS_MS)) return await answer;
      throw new Error(`it did not answer within ${ANSWERS_MS / 1000} s`);
    } catch (cause) {
      return otherwise(new SourceNotReadableError(this.name, cause));
    }
  }
}
