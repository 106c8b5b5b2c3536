import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import { lastWitness, type Witness, witnessOf } from '../../events/witness';
import type { Checkpoint } from '../../state/checkpoint.store';
import type { HeadWatcher } from '../reading/head-watcher';
import type { Bounds } from '../reading/page-prefetch';
import type { RunMode } from './run-mode';
import type { SegmentCursor } from './segment-cursor';

/** How often a checkpoint that moved over foreign events alone is written. */
const SKIP_INTERVAL_MS = 1_000;

export interface ProgressParts {
  readonly watcher: HeadWatcher;
  readonly cursor: SegmentCursor;
  readonly mode: RunMode;
  /** Called whenever the segment is further than before. */
  readonly moved: () => void;
}

/**
 * Where a segment stands. Of its positions each is at or before the next: `stored`, as the database has it; `reached`,
 * applied or passed over; `ahead`, read and handed over to be written. Forgotten, it is where the database says.
 */
export class SegmentProgress {
  private stored: Checkpoint | undefined;
  /** The last one that was stored, also when what is stored may be another by now. */
  private lastKnown: Checkpoint | undefined;
  private reached = 0n;
  private ahead = 0n;
  private storedAt = 0;
  /** Of the store, when the checkpoint was read that everything here began with. */
  private incarnation: string | undefined;
  /** Of the pages read since then. */
  private witness: Witness | undefined;
  /** What is being written. */
  private coming: Checkpoint | undefined;

  constructor(private readonly parts: ProgressParts) {}

  /** `undefined` where it is not known, also since the store has begun again. */
  get position(): bigint | undefined {
    const current = this.lastKnown && this.incarnation === this.parts.watcher.incarnation;
    return current ? this.reached : undefined;
  }

  /** The position that the database has, as far as this loop knows. */
  get storedPosition(): bigint | undefined {
    return this.stored?.position;
  }

  get readingAt(): bigint | undefined {
    return this.lastKnown && this.ahead;
  }

  /** What the database has; `undefined` once forgotten. */
  get checkpoint(): Checkpoint | undefined {
    return this.stored;
  }

  get known(): Checkpoint | undefined {
    return this.lastKnown;
  }

  get replaying(): boolean {
    const { replayUntil } = this;
    return this.parts.mode.replays || (replayUntil !== undefined && this.ahead < replayUntil);
  }

  /** How many of the events are up to where a replay ends: what comes after it is no history, and no part of its batch. */
  withinReplay(events: readonly RecordedEvent[]): number {
    const { replayUntil } = this;
    const last = events.at(-1);
    if (replayUntil === undefined || this.ahead >= replayUntil || !last || last.globalPosition <= replayUntil)
      return Infinity;
    return events.findIndex(({ globalPosition }) => globalPosition > replayUntil);
  }

  get replayUntil(): bigint | undefined {
    return (this.coming ?? this.lastKnown)?.replayUntil;
  }

  /** Whether it waits for the other segments, to be cut anew. */
  get isHalted(): boolean {
    const haltAt = this.stored?.haltAt;
    return haltAt !== undefined && this.reached >= haltAt;
  }

  /** Positions of another life of the store mean nothing in this one. */
  get isOutlived(): boolean {
    return this.stored !== undefined && this.incarnation !== this.parts.watcher.incarnation;
  }

  /** Whether there is nothing to read now, or nothing that the mode wants read. */
  get isAtEnd(): boolean {
    const { ahead } = this;
    const { upTo } = this.bounds;
    return ahead >= upTo || (this.parts.mode.isNear?.(ahead, upTo) ?? false);
  }

  get bounds(): Bounds {
    const { head } = this.parts.watcher;
    const haltAt = this.stored?.haltAt;
    return { upTo: haltAt !== undefined && haltAt < head ? haltAt : head, incarnation: this.incarnation };
  }

  /** Goes on from what was just read of the database. */
  begin(at: Checkpoint): void {
    this.incarnation = this.parts.watcher.incarnation;
    this.stand(at);
    this.ahead = at.position;
  }

  /** Forgets all that is not in the database. */
  forget(): void {
    this.stored = undefined;
    this.witness = undefined;
  }

  /** Told of a page that was read behind `ahead`. */
  saw({ through, witness }: EventPage): void {
    if (witness) this.witness = witness;
    else if (witness === null) this.witness = this.sawNothing(through);
  }

  /** The checkpoint to write when everything up to `through` is applied, or passed over, of which these events are the last. */
  next(through: bigint, events: readonly RecordedEvent[]): Checkpoint {
    const from = this.stored!;
    const witness = lastWitness(through, from.witness, this.witness, witnessOf(events.at(-1)));
    return { ...this.parts.mode.next(from, through), haltAt: from.haltAt, witness };
  }

  /** Told of a batch that is being written while the next one is read. */
  handedOver(to: Checkpoint, through: bigint): void {
    this.coming = to;
    this.ahead = through;
  }

  /** Told that nothing is being written any more. */
  settled(): void {
    this.coming = undefined;
  }

  /** Told of what the database has now. */
  stand(at: Checkpoint): void {
    this.stored = at;
    this.lastKnown = at;
    this.reached = at.position;
    if (this.ahead < at.position) this.ahead = at.position;
    this.storedAt = performance.now();
    this.parts.moved();
  }

  /** Told that nothing for this segment is up to there. */
  passed(through: bigint): void {
    this.reached = this.ahead = through;
    this.parts.moved();
  }

  /** Where what was known told of all up to the page, it tells of all of the page too. */
  private sawNothing(through: bigint): Witness | undefined {
    const last = lastWitness(this.ahead, this.stored?.witness, this.witness);
    return last?.through === this.ahead ? { ...last, through } : this.witness;
  }

  /** Writes what was passed over, now or where it is time to. */
  async storePassed(now: boolean): Promise<void> {
    const from = this.stored!;
    const to = this.next(this.reached, []);
    const due = now || performance.now() - this.storedAt >= SKIP_INTERVAL_MS;
    if (!due || (to.position === from.position && to.replayUntil === from.replayUntil)) return;
    await this.parts.cursor.advance(from, to);
    this.stand(to);
  }
}
