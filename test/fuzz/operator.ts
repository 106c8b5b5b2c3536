import { setTimeout as delay } from 'node:timers/promises';
import type { DeadLetter } from 'nestjs-projections';
import { appendAll } from './appends';
import { look } from './look';
import { unappliedUpTo } from './oracle';
import type { Step } from './plan';
import { within } from './within';
import type { World } from './world';

const WAIT_MS = 1_500;
/** Numbers of events that no append of the plan has. */
const FIRST_STRAGGLER = 1_000_000;

/** Does the steps of a plan to its world. */
export class Operator {
  private stragglers = 0;

  constructor(
    private readonly world: World,
    /** How many appends are under way at once. */
    private readonly width: number,
  ) {}

  async perform(step: Step): Promise<void> {
    const { world } = this;
    const { projections } = world.instance(0);
    switch (step.do) {
      case 'append':
        return appendAll(world, step, this.width);
      case 'pause':
      case 'resume':
      case 'rebuild':
        return world.order(`${step.do} ${step.projection}`, projections[step.do](step.projection));
      case 'catch-up':
        return world.order(`catch up ${step.projection}`, projections.catchUp(step.projection));
      case 'retry':
      case 'discard':
        return this.letters(step);
      case 'wait-for':
        return this.waitFor(step.projection);
      case 'mend':
        world.mended = 'mendable';
        return undefined;
      case 'restart':
        return world.restart(step.instance, step.segments);
      case 'cut':
        return this.cut(step.pick);
      case 'straggle':
        return this.straggle(step.count);
      case 'end-straggler':
        return this.endStraggler(step.commits);
      case 'restart-server':
        return world.server.restart();
      case 'crash':
        return world.server.crash();
      case 'checkpoint':
        await world.database.query('CHECKPOINT');
        return undefined;
      case 'settle':
        return this.letSettle();
      case 'rest':
        return delay(step.ms);
    }
  }

  async endStragglers(): Promise<void> {
    while (this.world.stragglers.length > 0) await this.endStraggler(true);
  }

  private async letters({ do: order, projection, pick, which }: Step & { do: 'retry' | 'discard' }) {
    const { world } = this;
    const { projections } = world.instance(pick);
    const letters = await projections.deadLetters(projection).catch((): DeadLetter[] => []);
    const letter = letters[Math.floor(pick * letters.length)];
    if (!letter) return;
    const filter = { one: { ids: [letter.id] }, stream: { streamId: letter.event.streamId }, all: {} }[which];
    const answer =
      order === 'retry'
        ? projections.retryDeadLetters(projection, filter)
        : projections.discardDeadLetters(projection, { ...filter, reason: 'the plan says so' });
    await world.order(`${order} ${projection}`, answer);
  }

  /** What was waited for is there, unless a rebuild begins meanwhile. */
  private async waitFor(projection: string): Promise<void> {
    const { world } = this;
    const { projections, store } = world.instance(0);
    try {
      const { settled } = await store.head();
      await projections.waitFor(projection, settled, { timeoutMs: WAIT_MS });
      if (world.isOrdered(`rebuild ${projection}`)) return;
      const plan = world.plan.projections.find(({ name }) => name === projection)!;
      const missing = unappliedUpTo(plan, await look(world.database, projection), Number(settled));
      if (missing.length > 0)
        world.problems.push(`${projection}: waitFor(${settled}) resolved without ${missing.join(', ')}`);
    } catch (error) {
      world.refused(`wait for ${projection}`, error);
    }
  }

  /** Ends a connection of an application, as a firewall or an administrator does. */
  private async cut(pick: number): Promise<void> {
    await this.world.database.query(
      `SELECT pg_terminate_backend(pid) FROM (
         SELECT pid, row_number() OVER (ORDER BY pid) AS n, count(*) OVER () AS all
         FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS NOT NULL
       ) AS sessions WHERE n = 1 + floor($1::float8 * sessions.all)`,
      [pick],
    );
  }

  /** Another program begins to write and does not come to its end. */
  private async straggle(count: number): Promise<void> {
    const session = await this.world.database.connect();
    await session.query('BEGIN');
    for (let n = 0; n < count; n++) {
      const data = { n: FIRST_STRAGGLER + this.stragglers, k: n, amount: n, tags: [n] };
      await session.query(
        `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), $1, 1, 'Added', $2)`,
        [`x${this.stragglers++}`, data],
      );
    }
    this.world.stragglers.push(session);
  }

  private async endStraggler(commits: boolean): Promise<void> {
    const session = this.world.stragglers.shift();
    // It may have been cut, or the server restarted.
    await session?.query(commits ? 'COMMIT' : 'ROLLBACK').catch(() => undefined);
  }

  /** Gives everything the time to come to rest, without a word where it does not. */
  private async letSettle(): Promise<void> {
    const { projections, store } = this.world.instance(0);
    const waiting = store.head().then(({ settled }) => {
      const waits = this.world.plan.projections.map(({ name }) =>
        projections.waitFor(name, settled, { timeoutMs: WAIT_MS }),
      );
      return Promise.allSettled(waits);
    });
    await within('waitFor', 10 * WAIT_MS, waiting).catch((error: unknown) =>
      this.world.refused('settle', error),
    );
  }
}
