import { Random } from '../examples/fold/random';
import type { FaultKind, FaultPlace, ProjectionPlan } from './plan';

/** How an event fails in one projection. */
export interface Fault {
  readonly kind: FaultKind;
  readonly place: FaultPlace;
  /** How many tries fail, where it passes. */
  readonly times: number;
  /** Whether it has written before it fails. */
  readonly late: boolean;
  /** Which misdeed, as a part of one. */
  readonly how: number;
}

const MOST_TIMES = 4;

/** What somebody has mended: what waits for that, and in the end all that does not fail for good. */
export type Mended = 'nothing' | 'mendable' | 'all';

/** Drawn by what the event is, not by when it comes, so that handlers, and whoever judges them, agree. */
export function faultOf(seed: number, plan: ProjectionPlan, n: number): Fault | undefined {
  const random = new Random(hash(`${seed} ${plan.name} ${n}`));
  if (plan.faultKinds.length === 0 || !random.chance(plan.faultRate)) return undefined;
  const kind = random.oneOf(plan.faultKinds);
  const passes = kind === 'flaky' || kind === 'transient';
  const place = random.oneOf(plan.faultPlaces);
  // What `segmentBy` gives for an event may change with a new version alone, which has the segments made anew.
  const changes = kind === 'mendable' && place === 'segmentBy';
  return {
    kind,
    // Only handlers know how often they were tried.
    place: passes || changes ? 'handler' : place,
    times: 1 + random.below(MOST_TIMES),
    late: random.chance(0.5),
    how: random.next(),
  };
}

export function fails({ kind, times }: Fault, mended: Mended, attempt: number): boolean {
  if (kind === 'poison') return true;
  if (kind === 'mendable') return mended === 'nothing';
  return mended !== 'all' && attempt <= times;
}

/** Whether an event with it can come to be set aside, or stop its projection. */
export function canBeSetAside({ kind, times }: Fault, { attempts }: ProjectionPlan): boolean {
  if (kind === 'transient') return false;
  return kind !== 'flaky' || times >= attempts;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0)!, 0x01000193);
  return value >>> 0;
}
