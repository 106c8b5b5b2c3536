import { canBeSetAside, type Fault, faultOf } from './fault';
import { add, type Row } from './fold';
import { isStrict, keyOf, rowsOf } from './keys';
import type { Facts, Letter, StoredEvent } from './look';
import type { ProjectionPlan } from './plan';

export interface Circumstances {
  readonly seed: number;
  /** Whether all that can be mended was mended, and tried again since. */
  readonly mended: boolean;
  /** Whether a rebuild may have brought back what was skipped or discarded. */
  readonly mayBeBack: boolean;
}

/**
 * Says what is wrong with a projection at rest. It knows what users are promised, and nothing of how it is kept: every
 * event that the store has in the end was applied once, in the order of its row, or it was set aside, or it waits behind
 * one that was, or somebody took it out.
 */
export function judge(plan: ProjectionPlan, facts: Facts, circumstances: Circumstances): string[] {
  return new Judge(plan, facts, circumstances).problems();
}

/** @returns the events up to a position that are neither applied nor set aside nor taken out, of rows that show all */
export function unappliedUpTo(plan: ProjectionPlan, facts: Facts, position: number): number[] {
  if (!plan.types || plan.types.includes('Removed')) return [];
  const known = new Set([
    ...facts.rows.flatMap(({ positions }) => positions),
    ...facts.letters.map((letter) => letter.position),
    ...facts.removed,
  ]);
  return facts.events
    .filter((event) => event.position <= position && handles(plan, event) && event.type !== 'Passed')
    .map((event) => event.position)
    .filter((one) => !known.has(one));
}

const handles = ({ types }: ProjectionPlan, { type }: StoredEvent): boolean =>
  !types || (types as readonly string[]).includes(type);

class Judge {
  private readonly handled: readonly StoredEvent[];
  private readonly byPosition: ReadonlyMap<number, StoredEvent>;
  private readonly setAside: ReadonlyMap<number, Letter>;
  private readonly removed: ReadonlySet<number>;

  constructor(
    private readonly plan: ProjectionPlan,
    private readonly facts: Facts,
    private readonly circumstances: Circumstances,
  ) {
    this.handled = facts.events.filter((event) => handles(plan, event));
    this.byPosition = new Map(this.handled.map((event) => [event.position, event]));
    this.setAside = new Map(facts.letters.map((letter) => [letter.position, letter]));
    this.removed = new Set(facts.removed);
  }

  problems(): string[] {
    const all = [...this.wrongLetters(), ...this.wrongParking(), ...this.wrongRows()];
    return all.map((problem) => `${this.plan.name}: ${problem}`);
  }

  private *wrongLetters(): Generator<string> {
    const { plan } = this;
    for (const letter of this.facts.letters) {
      const { position, state } = letter;
      const event = this.byPosition.get(position);
      if (!event) yield `the letter at ${position} is of no event that it handles`;
      else if (contentOf(event) !== contentOf(letter))
        yield `the letter at ${position} is ${contentOf(letter)} and not ${contentOf(event)}`;
      else if (plan.onError === 'stop') yield `${position} was set aside, although it is to stop`;
      else if (state === 'failed' && !this.mayHaveFailed(event))
        yield `${position} was set aside, but cannot fail: ${letter.error}`;
      else if (state === 'waiting' && plan.onError !== 'park-stream')
        yield `${position} waits, but nothing is parked`;
    }
  }

  private mayHaveFailed(event: StoredEvent): boolean {
    const fault = this.faultOf(event);
    if (!fault || !canBeSetAside(fault, this.plan)) return false;
    return !this.circumstances.mended || fault.kind === 'poison';
  }

  /** Whatever comes behind the first failed event of a key waits, and nothing waits but behind one. */
  private *wrongParking(): Generator<string> {
    if (this.plan.onError !== 'park-stream') return;
    const firstFailed = new Map<string, number>();
    for (const letter of this.facts.letters) {
      const key = this.parkKeyOf(letter);
      if (letter.parkedBy !== key)
        yield `${letter.position} is parked by ${letter.parkedBy}, and not by ${key}`;
      if (letter.state === 'failed' && !firstFailed.has(key)) firstFailed.set(key, letter.position);
      if (letter.state === 'waiting' && !firstFailed.has(key))
        yield `${letter.position} waits for ever: nothing of "${key}" before it has failed`;
    }
    for (const event of this.handled) {
      const failed = firstFailed.get(this.parkKeyOf(event));
      const waits = failed !== undefined && event.position > failed;
      if (waits && !this.setAside.has(event.position) && !this.removed.has(event.position))
        yield `${event.position} does not wait behind ${failed}`;
    }
  }

  private *wrongRows(): Generator<string> {
    const rows = new Map(this.facts.rows.map((row) => [row.key, row]));
    const wanted = this.wantedRows();
    for (const key of new Set([...rows.keys(), ...wanted.keys()]))
      yield* this.wrongRow(key, rows.get(key), wanted.get(key) ?? []);
  }

  /** The events that are to be in each row, in the order of the store. */
  private wantedRows(): Map<string, number[]> {
    const rows = new Map<string, number[]>();
    for (const event of this.handled) {
      if (!this.isToBeApplied(event) || event.type === 'Passed') continue;
      for (const key of rowsOf(this.plan, event)) {
        if (event.type === 'Removed') rows.delete(key);
        else rows.set(key, [...(rows.get(key) ?? []), event.position]);
      }
    }
    return rows;
  }

  private isToBeApplied({ position }: StoredEvent): boolean {
    if (this.setAside.has(position)) return false;
    if (!this.removed.has(position)) return true;
    return (
      this.circumstances.mayBeBack && this.facts.rows.some(({ positions }) => positions.includes(position))
    );
  }

  private *wrongRow(key: string, row: Row | undefined, wanted: readonly number[]): Generator<string> {
    const positions = row?.positions ?? [];
    const where = `row "${key}"`;
    const lost = wanted.filter((position) => !positions.includes(position));
    const foreign = positions.filter((position) => !wanted.includes(position));
    const doubled = positions.filter((position, at) => positions.indexOf(position) !== at);
    if (lost.length > 0) yield `${where} has lost ${lost.join(', ')}`;
    if (foreign.length > 0) yield `${where} has ${foreign.join(', ')}, which it must not have`;
    if (doubled.length > 0) yield `${where} has ${doubled.join(', ')} twice`;
    if (!row || lost.length + foreign.length + doubled.length > 0) return;
    const disorder = this.disorderIn(positions);
    if (disorder) yield `${where} has ${disorder} (${positions.join(', ')})`;
    const folded = this.foldOf(key, positions);
    for (const column of ['n', 'fold', 'total', 'tags'] as const)
      if (String(row[column]) !== String(folded[column]))
        yield `${where} has ${column} ${String(row[column])}, and not ${String(folded[column])}`;
  }

  /** Two events that were applied in the wrong order, where nothing allows that. */
  private disorderIn(positions: readonly number[]): string | undefined {
    const latest = new Map<string, number>();
    for (const position of positions) {
      const event = this.byPosition.get(position)!;
      const line = this.lineOf(event);
      if (line === undefined) continue;
      const before = latest.get(line) ?? 0;
      if (position < before) return `${position} after ${before}`;
      latest.set(line, position);
    }
    return undefined;
  }

  /** Events of one line are applied in order; `undefined` for those that may have been applied late. */
  private lineOf(event: StoredEvent): string | undefined {
    if (isStrict(this.plan)) return 'all';
    // Whatever has the key of one that was set aside may have waited, but behind those of its key.
    if (this.plan.onError === 'park-stream') return this.parkKeyOf(event);
    const fault = this.faultOf(event);
    return fault && canBeSetAside(fault, this.plan) ? undefined : 'all';
  }

  private foldOf(key: string, positions: readonly number[]): Row {
    let row: Row | undefined;
    for (const position of positions) row = add(row, key, this.byPosition.get(position)!.data, position);
    return row!;
  }

  private faultOf({ data }: StoredEvent): Fault | undefined {
    return faultOf(this.circumstances.seed, this.plan, data.n);
  }

  private parkKeyOf(event: StoredEvent): string {
    return String(keyOf(this.plan.parkBy, event));
  }
}

const contentOf = ({ id, streamId, version, type, data }: StoredEvent): string =>
  JSON.stringify([id, streamId, version, type, data.n, data.k, data.amount, data.tags]);
