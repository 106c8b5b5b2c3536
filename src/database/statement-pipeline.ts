import type { Writable } from 'node:stream';
import type { PoolClient, QueryConfig } from 'pg';
import { toText } from './to-text';
import type { StatementNames } from './statement-names';

/** A client of a `pg` that can send statements before earlier ones are answered (8.23 and later). */
type PipelineClient = PoolClient & {
  pipeline?: boolean;
  readonly connection?: { readonly stream: Writable };
};

/** `pg` copies a statement that comes as an object, property by property: one made of a text is three times as fast. */
type QueryClass = new (
  text: string,
  values: unknown[],
  callback: (error: unknown) => void,
) => { readonly text: string; name: string | undefined };

/** So many statements go out together: each by itself would be a call to the system. */
const SENT_TOGETHER = 50;

/**
 * Sends statements on one transaction's connection without waiting for their answers, which come in order. The first
 * failure aborts the transaction on the server, and what was sent behind it does nothing.
 */
export class StatementPipeline {
  private pending = 0;
  private failed: Error | undefined;
  private wake: (() => void) | undefined;
  private tail: Promise<unknown> | undefined;
  private readonly was: boolean | undefined;
  private readonly Query: QueryClass;
  private held = 0;

  constructor(
    private readonly client: PipelineClient,
    private readonly names: StatementNames | undefined,
  ) {
    this.was = client.pipeline;
    this.Query = (client.constructor as unknown as { Query: QueryClass }).Query;
  }

  /** @param blame makes the error to throw of what the statement fails with */
  send(text: string, values: readonly unknown[], blame: (error: unknown) => Error): void {
    if (this.failed) return;
    const answered = (error: unknown) => {
      if (error && !this.failed) {
        this.names?.observe(error);
        this.failed = blame(error);
      }
      if (--this.pending === 0) this.wake?.();
    };
    this.pending++;
    const name = this.names?.of(text);
    const written = values.map(dateAsText);
    if (this.was === undefined) return this.queue({ name, text, values: written }, answered);
    this.client.pipeline = true;
    this.hold();
    const query = new this.Query(text, written, answered);
    query.name = name;
    void this.client.query(query);
  }

  get failure(): Error | undefined {
    return this.failed;
  }

  /** Resolves when everything is answered. */
  async drain(): Promise<void> {
    if (this.pending > 0) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.failed) throw this.failed;
  }

  /** To be called when the connection is idle again. */
  close(): void {
    if (this.was === false) this.client.pipeline = false;
  }

  /** Lets statements gather until the handlers pause, as they do when they wait for one. */
  private hold(): void {
    const stream = this.client.connection?.stream;
    if (!stream) return;
    if (this.held++ === 0) {
      stream.cork();
      process.nextTick(() => {
        this.held = 0;
        stream.uncork();
      });
    } else if (this.held % SENT_TOGETHER === 0) {
      stream.uncork();
      stream.cork();
    }
  }

  /** An older `pg` complains of statements that do not wait for each other. */
  private queue(query: QueryConfig, answered: (error: unknown) => void): void {
    this.tail = (this.tail ?? Promise.resolve())
      .then(() => (this.failed ? undefined : this.client.query(query)))
      .then(() => answered(undefined), answered);
  }
}

/** `pg` writes dates in local time, which takes it long and is no other where that is UTC. */
function dateAsText(value: unknown): unknown {
  return value instanceof Date && value.getTimezoneOffset() === 0 ? toText(value) : value;
}
