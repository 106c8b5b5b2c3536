import { createDatabase } from '../support/database';
import type { Dimension } from './dimensions';
import { controlOf, look } from './look';
import { Operator } from './operator';
import { judge } from './oracle';
import type { Plan } from './plan';
import { planText } from './plan-text';
import type { FuzzServer } from './server';
import { settle } from './settle';
import { within } from './within';
import { World } from './world';

const STEP_MS = 60_000;

/** What is played, and how it went wrong. */
class FuzzError extends Error {
  override readonly name = 'FuzzError';

  constructor(plan: Plan, did: string, problems: readonly string[], options?: ErrorOptions) {
    super(
      `${problems.join('\n')}\n\nFUZZ_PLAN=${plan.seed} plays it again; it came as far as: ${did}. The plan:\n` +
        planText(plan),
      options,
    );
  }
}

/** Plays a plan in a database of its own and compares what came of it with what must. */
export async function play(plan: Plan, server: FuzzServer, on: ReadonlySet<Dimension>): Promise<void> {
  const database = await createDatabase(server.url);
  const world = new World(plan, database, server, on);
  let did = 'the start';
  try {
    await world.open();
    const operator = new Operator(world, widthOf(plan));
    for (const [n, step] of plan.steps.entries()) {
      did = `step ${n} (${step.do})`;
      await within(did, STEP_MS, operator.perform(step));
    }
    did = 'the end';
    await operator.endStragglers();
    await comeToRest(world);
    await compare(world, false);
    did = 'the retry of what was set aside';
    world.mended = 'all';
    await retryAll(world);
    await comeToRest(world);
    await compare(world, true);
    did = 'the shutdown';
    await world.end();
  } catch (cause) {
    await world.end().catch(() => undefined);
    if (cause instanceof FuzzError) throw cause;
    throw new FuzzError(plan, did, [...world.problems, (cause as Error).message], { cause });
  } finally {
    await database.drop().catch(() => undefined);
  }
}

async function comeToRest(world: World): Promise<void> {
  await settle(world);
  await world.allOrders();
  await settle(world);
}

async function compare({ plan, database, problems }: World, mended: boolean): Promise<void> {
  const mayBeBack = plan.steps.some((step) => step.do === 'rebuild' || step.do === 'crash');
  const found = [...problems];
  for (const projection of plan.projections) {
    const facts = await look(database, projection.name);
    found.push(...judge(projection, facts, { seed: plan.seed, mended, mayBeBack }));
  }
  if (found.length === 0) return;
  found.push(await controlOf(database));
  throw new FuzzError(plan, mended ? 'the end, mended' : 'the end', found);
}

async function retryAll(world: World): Promise<void> {
  const { projections } = world.instance(0);
  const able = world.plan.projections.filter(({ onError }) => onError !== 'stop');
  await Promise.all(able.map(({ name }) => world.order(`retry ${name}`, projections.retryDeadLetters(name))));
  await world.allOrders();
}

/** As many appends at once as the pool has connections, and some more. */
const widthOf = ({ poolSize }: Plan): number => Math.min(poolSize + 2, 8);
