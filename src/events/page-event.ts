import { inspect } from 'node:util';
import type { EventMetadata } from './event-metadata';
import { jsonFormOf } from './json-form';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/** What the events of a page have besides type and payload, each decoded when somebody asks for it. */
export interface PageColumns {
  id(at: number): string;
  streamId(at: number): string;
  version(at: number): number;
  metadata(at: number): EventMetadata;
  globalPosition(at: number): bigint;
  recordedAt(at: number): Date;
}

/**
 * An event of a page as the engine carries it: small, as thousands wait for their turn, and frozen. Functions of users that
 * may do anything with an event get one of their own, which is plain.
 * @see RecordedEvent for what the properties mean
 */
export class PageEvent implements RecordedEvent {
  readonly #columns: PageColumns;
  readonly #at: number;
  readonly #type: string;
  readonly #data: unknown;

  /** @param data which is frozen */
  constructor(columns: PageColumns, at: number, type: string, data: unknown) {
    this.#columns = columns;
    this.#at = at;
    this.#type = type;
    this.#data = data;
  }

  get type(): string {
    return this.#type;
  }

  get data(): unknown {
    return this.#data;
  }

  get id(): string {
    return this.#columns.id(this.#at);
  }

  get streamId(): string {
    return this.#columns.streamId(this.#at);
  }

  get version(): number {
    return this.#columns.version(this.#at);
  }

  get metadata(): EventMetadata {
    return this.#columns.metadata(this.#at);
  }

  get globalPosition(): bigint {
    return this.#columns.globalPosition(this.#at);
  }

  get recordedAt(): Date {
    return this.#columns.recordedAt(this.#at);
  }

  toJSON(): Record<string, unknown> {
    return jsonFormOf(new StoredEvent(this));
  }

  [inspect.custom](): StoredEvent {
    return new StoredEvent(this);
  }
}
