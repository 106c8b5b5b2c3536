import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { poolOf } from '../database/client-config';
import { StatementNames } from '../database/statement-names';
import { timed } from '../database/timed-query';
import type { BroughtPage, FewEvents, Head } from '../events/event-source';
import { SequenceBehindError, ServerInRecoveryError, StoreChangedError } from '../events/store-state.errors';
import type { Gap, Newest, SeenStore } from './seen-store';
import type { EventsTable } from './sql/events-table.sql';
import { countVisibleSql, writersSql } from './sql/settled-head.sql';
import { type FindTable, type Look, STRIDE, StoreLook } from './store-look';
import { WriterRound } from './writer-round';

/** Where more positions than this are passed at once, counting the holes among them takes too long for a log line. */
const COUNTED = 1_000_000n;
/**
 * Finds the largest position below which no event can still appear. Positions come from a sequence, so a later one
 * can commit first; reading on from the highest visible one loses the earlier. Where every position is visible, all
 * is settled. Where some are missing, their owners are among the transactions that hold a write lock on the table, or
 * have ended: once those seen have ended, what is missing will never come. No time-outs, and no one else is waited for.
 *
 * Each round remembers the end of the sequence and the writers seen after it, so that writers who came later do not
 * hold back what lies before them.
 *
 * All of that holds for one life of the store. After a fail-over, a crash that lost commits, a restore or a TRUNCATE the
 * same positions may be drawn again: each look finds out whether it continues the one before, and begins again if not.
 */
export class SettledHead {
  private readonly logger = new Logger(SettledHead.name);
  private settled = 0n;
  /** What was told since the last look. */
  private trusted = 0n;
  private rounds: WriterRound[] = [];
  private store: SeenStore | undefined;
  private last = 0n;
  private incarnations = 0;
  private numbering = 0;
  private stuck: { at: bigint; since: Date } | undefined;
  private readonly eye: StoreLook;
  private readonly names: StatementNames;

  /**
   * @param findTable looks for the table, and for its sequence, anew
   * @param table as it was found at the start
   */
  constructor(
    private readonly dataSource: DataSource,
    findTable: FindTable,
    table: EventsTable,
  ) {
    this.eye = new StoreLook(dataSource, findTable, table);
    this.names = new StatementNames(dataSource);
  }

  private get table(): EventsTable {
    return this.eye.table;
  }

  /** Begins behind a position that is known to be settled, so that a restart need not look at history. */
  trust(position: bigint): void {
    if (position > this.trusted) this.trusted = position;
  }

  /** What the last look saw; `undefined` before the first. */
  get seen(): SeenStore | undefined {
    return this.store;
  }

  /**
   * Not to be called again before it has returned.
   * @param few what to bring of the events behind what is settled by now, if nothing is missing among them
   * @throws ServerInRecoveryError, RowSecurityError, SequenceBehindError, StoreChangedError
   */
  async find(few?: FewEvents): Promise<Head> {
    // Not in the middle of a look, which would take it for what it has found itself.
    if (this.trusted > this.settled) this.settled = this.trusted;
    this.trusted = 0n;
    for (;;) {
      const look = await this.eye.look(this.settled, this.store, few);
      if (await this.beganAgain(look)) continue;
      this.assertAhead(look);
      const { last, contiguous } = look;
      if (last < this.settled) {
        // What was trusted at the start lies beyond the end, and is of no use.
        this.settled = 0n;
        continue;
      }
      this.last = last;
      const strode = contiguous - this.settled >= STRIDE;
      this.settled = contiguous;
      // Whoever follows goes on with what came, and what is missing has mostly come by the next look.
      if (last > contiguous && look.brought) return this.head(true, look.brought);
      if (last > this.settled) await this.settleRounds(last);
      if (last <= this.settled) {
        this.rounds = [];
        return this.head(false, look.brought);
      }
      if (!strode) return this.head(true);
    }
  }

  private head(pending: boolean, brought?: BroughtPage): Head {
    const { settled, last, numbering } = this;
    const { incarnation } = this.store!;
    if (!pending) this.stuck = undefined;
    else if (this.stuck?.at !== settled) this.stuck = { at: settled, since: new Date() };
    return { settled, pending, pendingSince: this.stuck?.since, last, incarnation, numbering, brought };
  }

  /** Where this look does not continue the one before, all that was known of the store counts for nothing. */
  private async beganAgain(look: Look): Promise<boolean> {
    const { server, relation, file, witness, last } = look;
    const before = this.store;
    const why = before && this.changeSince(before, look);
    if (before && !why) {
      // What was settled before the look is all that its snapshot can tell.
      this.store = {
        ...before,
        table: this.table,
        witness,
        gap: gapBehind(positionOf(witness), this.settled),
      };
      return false;
    }
    // Another table may have another sequence.
    if (before && relation !== before.relation) await this.eye.find();
    const drawnAgain = before !== undefined && this.drawsAgain(before, look);
    const incarnation = `${server}#${++this.incarnations}`;
    this.store = { incarnation, table: this.table, server, relation, file, witness, gap: undefined };
    this.last = last;
    if (!why) return false;
    if (drawnAgain) this.numbering++;
    if (drawnAgain || relation !== before?.relation) this.settled = 0n;
    this.rounds = [];
    this.stuck = undefined;
    this.logger.log(`The event store began again (${why}): projections go on from what is stored`);
    return true;
  }

  private changeSince(
    before: SeenStore,
    { server, relation, file, last, witnessed, filled }: Look,
  ): string | undefined {
    if (server !== before.server) return 'the server was started again, or is another one';
    if (relation !== before.relation) return 'its table is another one';
    if (last < this.last) return `it ended at position ${this.last} and ends at ${last} now`;
    if (file !== before.file) return 'its sequence was restarted';
    if (before.witness && !witnessed)
      return `the event at position ${before.witness.position} is gone or another one`;
    if (filled) return `events are behind position ${before.gap!.after}, where none could come any more`;
    return undefined;
  }

  /**
   * Whether positions that were seen may belong to other events now. Another life of the server, or another table, that has
   * what was seen goes on with them; so does one and the same sequence where a single event was deleted.
   */
  private drawsAgain(before: SeenStore, look: Look): boolean {
    const { server, relation, file, last, witnessed, filled } = look;
    if (filled || last < this.last) return true;
    if (witnessed !== undefined) return !witnessed;
    return server !== before.server || file !== before.file || relation !== before.relation;
  }

  private assertAhead({ last, witness }: Look): void {
    const { events, sequence, column } = this.table;
    if (witness && BigInt(witness.position) > last)
      throw new SequenceBehindError(events, sequence, last, BigInt(witness.position), column);
  }

  private async settleRounds(last: bigint): Promise<void> {
    const writing = await this.writers();
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

  /** From the server that the look was at: any other one knows nothing of its writers. */
  private async writers(): Promise<ReadonlySet<string>> {
    const [server, recovering, writers] = await this.ask<WritersRow>(writersSql(this.table), [
      this.table.events,
    ]);
    if (recovering) throw new ServerInRecoveryError();
    if (server !== this.store!.server) throw new StoreChangedError('another server answered');
    return new Set(writers);
  }

  private async pass(last: bigint): Promise<void> {
    if (last <= this.settled) return;
    const behind = this.settled;
    this.settled = last;
    // Before anything was settled the range is the whole history: not worth a scan to count its holes.
    if (behind === 0n || last - behind > COUNTED) return;
    const [visible, found] = await this.ask<VisibleRow>(countVisibleSql(this.table), [behind, last]);
    const holes = last - behind - BigInt(visible);
    const known = positionOf(this.store!.witness);
    const newest = found === null ? lower(known, behind) : BigInt(found);
    this.store = { ...this.store!, gap: gapBehind(newest, last) };
    if (holes > 0n) this.logger.log(`Passed ${holes} position(s) up to ${last} that were rolled back`);
  }

  /** @returns the only row */
  private async ask<Row extends unknown[]>(text: string, values: unknown[]): Promise<Row> {
    const query = timed({ text, values, rowMode: 'array' });
    const { rows } = await this.names.sendAlone<Row>(poolOf(this.dataSource), query);
    return rows[0]!;
  }
}

type VisibleRow = [visible: string, newest: string | null];

type WritersRow = [server: string, recovering: boolean, writers: string[]];

const positionOf = (newest: Newest | undefined): bigint => BigInt(newest?.position ?? 0);

const lower = (one: bigint, other: bigint): bigint => (one < other ? one : other);

const gapBehind = (after: bigint, through: bigint): Gap | undefined =>
  after < through ? { after, through } : undefined;
