import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Head } from '../events/event-source';
import { StatementNames } from '../statements/statement-names';
import { poolOf } from './client-config';
import { contiguousSql, countVisibleSql, WRITERS_SQL } from './sql/settled-head.sql';
import { WriterRound } from './writer-round';

/** How many positions one look may walk over in search of the first hole. */
const STRIDE = 10_000;

/**
 * Finds the largest position below which no event can still appear. Positions come from a sequence, so a later one
 * can commit first; reading on from the highest visible one loses the earlier. Where every position is visible, all
 * is settled. Where some are missing, their owners are among the transactions that hold a write lock on the table, or
 * have ended: once those seen have ended, what is missing will never come. No time-outs, and no one else is waited for.
 *
 * Each round remembers the end of the sequence and the writers seen after it, so that writers who came later do not
 * hold back what lies before them.
 */
export class SettledHead {
  private readonly logger = new Logger(SettledHead.name);
  private settled = 0n;
  private rounds: WriterRound[] = [];
  private readonly names: StatementNames;

  /** @param sequence the qualified name of the sequence behind `global_position` */
  constructor(
    private readonly dataSource: DataSource,
    private readonly events: string,
    private readonly sequence: string,
  ) {
    this.names = new StatementNames(dataSource);
  }

  /** Begins behind a position that is known to be settled, so that a restart need not look at history. */
  trust(position: bigint): void {
    if (position > this.settled) this.settled = position;
  }

  /** Not to be called again before it has returned. */
  async find(): Promise<Head> {
    for (;;) {
      const { last, contiguous } = await this.look();
      const strode = contiguous - this.settled >= STRIDE;
      this.settled = contiguous;
      if (last > this.settled) await this.settleRounds(last);
      if (last <= this.settled) {
        this.rounds = [];
        // Lower only where the store was emptied or restored from an older copy.
        this.settled = last;
        return { settled: last, pending: false };
      }
      if (!strode) return { settled: this.settled, pending: true };
    }
  }

  private async look(): Promise<{ last: bigint; contiguous: bigint }> {
    const { rows } = await this.names.sendAlone<[last: string, contiguous: string]>(poolOf(this.dataSource), {
      text: contiguousSql(this.events, this.sequence),
      values: [this.settled, STRIDE],
      rowMode: 'array',
    });
    const [last, contiguous] = rows[0]!;
    return { last: BigInt(last), contiguous: BigInt(contiguous) };
  }

  private async settleRounds(last: bigint): Promise<void> {
    const rows = await this.dataSource.query<{ writer: string }[]>(WRITERS_SQL, [this.events]);
    const writing = new Set(rows.map(({ writer }) => writer));
    for (const round of this.rounds) round.observe(writing);
    // Rounds that wait for the same writers end together: the later one says it all.
    const rounds = new Map<string, WriterRound>();
    for (const round of [...this.rounds, new WriterRound(last, writing)]) rounds.set(round.key, round);

    this.rounds = [];
    for (const round of rounds.values()) {
      if (round.ended) await this.pass(round.last);
      else this.rounds.push(round);
    }
    this.rounds = this.rounds.filter((round) => round.last > this.settled);
  }

  private async pass(last: bigint): Promise<void> {
    if (last <= this.settled) return;
    const behind = this.settled;
    this.settled = last;
    // Before anything was settled the range is the whole history: not worth a scan to count its holes.
    if (behind === 0n) return;
    const [row] = await this.dataSource.query<[{ visible: string }]>(countVisibleSql(this.events), [
      behind,
      last,
    ]);
    const holes = last - behind - BigInt(row.visible);
    if (holes > 0n) this.logger.log(`Passed ${holes} position(s) up to ${last} that were rolled back`);
  }
}
