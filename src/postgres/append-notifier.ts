import type { DataSource } from 'typeorm';
import { poolOf } from '../database/client-config';
import { StatementNames } from '../database/statement-names';

/** All stores of a database share it: a wake-up is only a hint, and a needless one costs one look. */
export const CHANNEL = 'nestjs_projections';

export const NOTIFY_SQL = `SELECT pg_notify('${CHANNEL}', $1)`;

/**
 * Tells readers in other processes about appends. NOTIFY inside of transactions makes all writers queue for one lock, and
 * keeps a transaction from being prepared: so it follows the commit, and at most one is under way however many appends
 * end meanwhile.
 */
export class AppendNotifier {
  private sending: Promise<void> | undefined;
  private again = false;
  private readonly names: StatementNames;

  constructor(private readonly dataSource: DataSource) {
    this.names = new StatementNames(dataSource);
  }

  committed(): void {
    this.again = true;
    this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.sending;
  }

  private async send(): Promise<void> {
    while (this.again) {
      this.again = false;
      // Readers poll too: a hint that got lost delays, and loses nothing.
      const query = { text: NOTIFY_SQL, values: [''], rowMode: 'array' as const };
      await this.names.sendAlone(poolOf(this.dataSource), query).catch(() => undefined);
    }
  }
}
