import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Client, type ClientConfig } from 'pg';
import { CHANNEL } from './append-notifier';

const RECONNECT_MS = { min: 100, max: 5_000 };
const PROBE_MS = 3_000;

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

  constructor(
    private readonly config: ClientConfig,
    private readonly heard: () => void,
    private readonly notify: (payload: string) => Promise<unknown>,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.client?.end().catch(() => undefined);
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
        this.logger.debug(`Cannot listen: ${(error as Error).message}`);
      }
      await delay(wait, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      wait = Math.min(wait * 2, RECONNECT_MS.max);
    }
  }

  private async listen(): Promise<{ lost: Promise<void> } | undefined> {
    const client = new Client({
      ...this.config,
      keepAlive: true,
      application_name: 'nestjs-projections listen',
    });
    this.client = client;
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    // Without a listener an error event would end the process; 'end' follows it.
    client.on('error', () => undefined);
    await client.connect();
    if (this.stopped.signal.aborted) {
      await client.end();
      return { lost };
    }
    await client.query(`LISTEN ${CHANNEL}`);
    const probed = await this.probe(client, lost);
    if (probed === 'silent') {
      await client.end().catch(() => undefined);
      this.logger.warn(
        'LISTEN hears nothing, as behind a pooler in transaction mode: projections wake up by polling alone. ' +
          'Set listen: false to say so, or give the module a direct connection.',
      );
      return undefined;
    }
    if (probed === 'heard') {
      client.on('notification', this.heard);
      this.heard();
    }
    return { lost };
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
