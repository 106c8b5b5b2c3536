import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel';
import { Random } from '../examples/fold/random';
import type { Dimension } from './dimensions';
import { drawProjection } from './draw-projection';
import { type CommitPlan, type EventType, type Plan, type ProjectionPlan, type Step, TYPES } from './plan';

const STREAMS = 6;
const KEYS = 4;
const MOST_PROJECTIONS = 4;
const MOST_STEPS = 22;
const MOST_SEGMENTS = 4;
const LONGEST_REST_MS = 300;

/** Draws one run; the same seed and dimensions give the same plan. */
export function drawPlan(seed: number, on: ReadonlySet<Dimension>): Plan {
  return new PlanDraw(seed, new Random(seed), on).draw();
}

class PlanDraw {
  private events = 0;
  private projections: ProjectionPlan[] = [];
  private inline = false;

  constructor(
    private readonly seed: number,
    private readonly random: Random,
    private readonly on: ReadonlySet<Dimension>,
  ) {}

  draw(): Plan {
    const { random, on, seed } = this;
    const count = 1 + random.below(MOST_PROJECTIONS);
    this.projections = Array.from({ length: count }, (_, n) => drawProjection(random, on, `p${n}`));
    this.inline = this.projections.some(({ type }) => type === 'inline');
    const tiny = on.has('tiny-pool') && (!this.inline || on.has('inline-tiny-pool'));
    return {
      seed,
      instances: on.has('second-instance') && random.chance(0.4) ? 2 : 1,
      poolSize: tiny ? random.oneOf([1, 2, 3, 5, 10]) : 10,
      listen: random.chance(0.7),
      isTransientThrows: on.has('callbacks') && random.chance(0.2),
      projections: this.projections,
      steps: this.drawSteps(),
    };
  }

  /** It begins with events, so that there is something to do to. */
  private drawSteps(): Step[] {
    const kinds = this.kinds();
    const rest = Array.from({ length: 4 + this.random.below(MOST_STEPS) }, () => this.random.oneOf(kinds)());
    return [this.append(), ...rest, this.append()];
  }

  private kinds(): (() => Step)[] {
    const { random, on } = this;
    // A server that restarts takes its time, and most plans do without.
    const disturbed = random.chance(0.3);
    const one = () => random.oneOf(this.projections).name;
    const kinds: (() => Step)[] = Array.from({ length: 7 }, () => () => this.append());
    const more = (dimension: Dimension | undefined, times: number, draw: () => Step) => {
      if (!dimension || on.has(dimension)) for (let n = 0; n < times; n++) kinds.push(draw);
    };
    more(undefined, 3, () => ({ do: 'rest', ms: random.below(LONGEST_REST_MS) }));
    more(undefined, 1, () => ({ do: 'settle' }));
    more('wait-for', 2, () => ({ do: 'wait-for', projection: one() }));
    more('pause', 1, () => ({ do: 'pause', projection: one() }));
    more('pause', 2, () => ({ do: 'resume', projection: one() }));
    more('rebuild', 2, () => ({ do: 'rebuild', projection: one() }));
    more('catch-up', 2, () => ({ do: 'catch-up', projection: one() }));
    more('retry', 3, () => this.letters('retry', one()));
    more('discard', 1, () => this.letters('discard', one()));
    more('faults', 1, () => ({ do: 'mend' }));
    more('restart', 2, () => this.restart());
    more('cut', 1, () => ({ do: 'cut', pick: random.next() }));
    if (disturbed) {
      more('server-restart', 1, () => ({ do: 'restart-server' }));
      more('crash', 3, () => ({ do: 'crash' }));
      more('crash', 1, () => ({ do: 'checkpoint' }));
    }
    if (!this.inline) {
      more('stragglers', 1, () => ({ do: 'straggle', count: 1 + random.below(3) }));
      more('stragglers', 1, () => ({ do: 'end-straggler', commits: random.chance(0.6) }));
    }
    return kinds;
  }

  private letters(order: 'retry' | 'discard', projection: string): Step {
    const which = order === 'retry' ? this.random.oneOf(['all', 'one', 'stream'] as const) : 'one';
    return { do: order, projection, pick: this.random.next(), which };
  }

  private restart(): Step {
    const segments: Record<string, number> = {};
    if (this.on.has('resegmentation'))
      for (const { name, divisible } of this.projections)
        if (divisible && this.random.chance(0.4)) segments[name] = 1 + this.random.below(MOST_SEGMENTS);
    return { do: 'restart', instance: this.random.next(), segments };
  }

  private append(): Step {
    const { random } = this;
    const commits = Array.from({ length: 1 + random.below(random.oneOf([2, 10, 30])) }, () => this.commit());
    return { do: 'append', atOnce: random.chance(0.5), commits };
  }

  private commit(): CommitPlan {
    const { random, on } = this;
    const own = on.has('isolation') && random.chance(0.35);
    const appends = Array.from({ length: own ? 1 + random.below(3) : 1 }, () => ({
      stream: `s${random.below(STREAMS)}`,
      events: Array.from({ length: 1 + random.below(3) }, () => this.event()),
    }));
    return {
      by: random.next(),
      isolation: own ? this.isolation() : undefined,
      ends: own
        ? random.oneOf(['commit', 'commit', 'commit', 'rollback', 'rollback to savepoint'])
        : 'commit',
      atOnce: on.has('at-once') && random.chance(0.2),
      appends,
    };
  }

  private isolation(): IsolationLevel {
    if (this.inline && !this.on.has('inline-isolation')) return 'READ COMMITTED';
    return this.random.oneOf(['READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']);
  }

  private event(): { type: EventType; data: { n: number; k: number; amount: number; tags: number[] } } {
    const { random } = this;
    const n = ++this.events;
    const type = random.oneOf(['Added', 'Added', 'Added', ...TYPES] as const);
    return { type, data: { n, k: random.below(KEYS), amount: random.below(1000), tags: [n] } };
  }
}
