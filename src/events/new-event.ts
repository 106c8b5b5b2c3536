import type { EventMetadata } from './event-metadata';

/** An event on its way into the store. */
export interface NewEvent<Data extends object = object> {
  /**
   * A UUID that makes the append idempotent: appending the same events under the same ids again changes
   * nothing and returns the first result.
   * @default a random UUID
   */
  readonly id?: string;
  /** 1 to 255 bytes. */
  readonly type: string;
  /** A JSON object; with `metadata` at most `maxEventBytes` of JSON. */
  readonly data: Data;
  /** @default {} */
  readonly metadata?: EventMetadata;
}
