import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Client, type ClientConfig } from 'pg';
import { quoted } from '../database/identifiers';
import { CHANNEL } from './append-notifier';

const RECONNECT_MS = { min: 100, max: 5_000 };
const PROBE_MS = 3_000;
/** How long a server may take to let a connection in, where the data source does not say. */
const CONNECT_MS = 10_000;
/** How long a statement on this connection may take, and a goodbye. */
const ANSWER_MS = 5_000;
const GOODBYE_MS = 1_000;
/** How often a connection is asked whether it still lives: one may die without a word. */
const CHECK_MS = 30_000;

/**
 * Listens for appends on a connection of its own: a LISTEN on a pooled connection outlives its release. A lost
 * connection is replaced, and counts as a hint, since what was said meanwhile went unheard. Behind a pooler in
 * transaction mode notifications never arrive; that is noticed, said once, and left to polling.
 */
export class NotificationListener {
  private readonly logger = new Logger(NotificationListener.name);
  private readonly stopped = new AbortController();
  private client: Client | undefined;
  private running: Promise<void> | undefined;
  /** Said once until it listens again, not at every try. */
  private saidFailing = false;

  constructor(
    private readonly config: ClientConfig,
    private readonly heard: () => void,
    private readonly notify: (payload: string) => Promise<unknown>,
    /** Where others tell of appends, beside this module. */
    private readonly channel?: string,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    if (this.client) await end(this.client);
    await this.running;
  }

  private async run(): Promise<void> {
    let wait = RECONNECT_MS.min;
    while (!this.stopped.signal.aborted) {
      try {
        const listening = await this.listen();
        if (!listening) return;
        wait = RECONNECT_MS.min;
        await listening.lost;
      } catch (error) {
        this.sayFailing(error as Error);
      }
      await delay(wait, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      wait = Math.min(wait * 2, RECONNECT_MS.max);
    }
  }

  private sayFailing({ message }: Error): void {
    if (this.stopped.signal.aborted) return;
    const text = `Cannot listen for new events: ${message}.`;
    if (this.saidFailing) this.logger.debug(text);
    else
      this.logger.warn(
        `${text} Projections wake up by polling alone until it can; it is tried again every few seconds. ` +
          'LISTEN uses a connection of its own, outside the pool, with the options of the data source.',
      );
    this.saidFailing = true;
  }

  private sayListening(): void {
    if (this.saidFailing) this.logger.log('Listens for new events again.');
    this.saidFailing = false;
  }

  private async listen(): Promise<{ lost: Promise<void> } | undefined> {
    const client = new Client({
      ...this.config,
      connectionTimeoutMillis: this.config.connectionTimeoutMillis || CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      application_name: 'nestjs-projections listen',
    });
    this.client = client;
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    // Without a listener an error event would end the process; 'end' follows it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      if (this.stopped.signal.aborted) {
        await end(client);
        return { lost };
      }
      await client.query(`LISTEN ${CHANNEL}`);
      if (this.channel !== undefined) await client.query(`LISTEN ${quoted(this.channel)}`);
      const probed = await this.probe(client, lost);
      if (probed === 'silent') {
        await end(client);
        this.logger.warn(
          'LISTEN hears nothing, as behind a pooler in transaction mode: projections wake up by polling alone. ' +
            'Set listen: false to say so, or give the module a direct connection.',
        );
        return undefined;
      }
      if (probed === 'heard') {
        this.sayListening();
        client.on('notification', this.heard);
        this.heard();
        this.watch(client, lost);
      }
    } catch (error) {
      await end(client);
      throw error;
    }
    return { lost };
  }

  /** Ends the connection when it does not answer any more, so that another takes its place. */
  private watch(client: Client, lost: Promise<void>): void {
    const check = () =>
      client.query('SELECT').catch((error: Error) => {
        this.logger.debug(`The connection that listens does not answer: ${error.message}`);
        return end(client);
      });
    const timer = setInterval(() => void check(), CHECK_MS).unref();
    void lost.then(() => clearInterval(timer));
  }

  /** Asks another connection to notify this one: a pooler may pass on what a connection tells itself. */
  private async probe(client: Client, lost: Promise<void>): Promise<'heard' | 'silent' | 'lost'> {
    const probe = randomUUID();
    const over = new AbortController();
    const heard = new Promise<'heard'>((resolve) => {
      client.on('notification', ({ payload }) => payload === probe && resolve('heard'));
    });
    try {
      await this.notify(probe);
      return await Promise.race([
        heard,
        lost.then(() => 'lost' as const),
        delay(PROBE_MS, 'silent' as const, { signal: over.signal }).catch(() => 'lost' as const),
      ]);
    } finally {
      over.abort();
      client.removeAllListeners('notification');
    }
  }
}

/** Without waiting for a server that does not answer. */
async function end(client: Client): Promise<void> {
  const over = new AbortController();
  const ended = client.end().catch(() => undefined);
  const late = delay(GOODBYE_MS, 'late', { signal: over.signal }).catch(() => undefined);
  if ((await Promise.race([ended, late])) === 'late')
    (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
  over.abort();
}
