import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectionStatus } from 'nestjs-projections';
import { canBeSetAside, faultOf } from './fault';
import { controlOf } from './look';
import type { Plan, ProjectionPlan } from './plan';
import { HangError, within } from './within';
import type { World } from './world';

const SETTLE_MS = 45_000;
const LOOK_MS = 40;
const ANSWER_MS = 20_000;
const OF_ANOTHER_STORE = new Set<string | undefined>([
  'CheckpointBeyondStoreError',
  'CheckpointOfAnotherStoreError',
]);

/** Does what an operator does until everything is applied and nothing is under way. */
export async function settle(world: World): Promise<void> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const open = await openIn(world);
    if (open.length === 0) return;
    if (performance.now() > end)
      throw new HangError(
        `The projections do not come to rest within ${SETTLE_MS} ms: ${open.join('; ')}\n${await controlOf(world.database)}`,
      );
    await delay(LOOK_MS);
  }
}

/** @returns what is not done yet, in words */
async function openIn(world: World): Promise<string[]> {
  const app = world.instance(0);
  const head = await within('a look at the head', ANSWER_MS, app.store.head());
  const statuses = await within('status()', ANSWER_MS, app.projections.status());
  const open = head.pending ? ['the head is pending'] : [];
  for (const status of statuses) {
    const plan = world.plan.projections.find(({ name }) => name === status.name)!;
    const problem = await handle(world, plan, status, head.settled);
    if (problem) open.push(`${status.name} ${problem}`);
  }
  return [...open, ...(await unfinished(world)), ...(await unclaimed(world))];
}

async function handle(
  world: World,
  plan: ProjectionPlan,
  { name, state, position, error }: ProjectionStatus,
  head: bigint,
): Promise<string | undefined> {
  const { projections } = world.instance(0);
  if (state === 'paused') {
    await world.order(`resume ${name}`, projections.resume(name));
    return 'was paused';
  }
  if (state === 'stopped') {
    await goOn(world, plan, error);
    return `was stopped: ${error?.message}`;
  }
  if (plan.type === 'catch-up' && position < head) {
    const what = `catch up ${name}`;
    if (!world.isOrdered(what)) await world.order(what, projections.catchUp(name));
    return `is asked to catch up from ${position} to ${head}`;
  }
  if (state !== 'running' && state !== 'idle') return `is ${state} at ${position}: ${error?.message}`;
  return position < head ? `is ${state} at ${position} of ${head}` : undefined;
}

/** Skips the event that a projection stopped before, if it may have failed. */
async function goOn(world: World, plan: ProjectionPlan, error: ProjectionStatus['error']): Promise<void> {
  const { projections } = world.instance(0);
  const { name } = plan;
  if (OF_ANOTHER_STORE.has(error?.name) && hasCrash(world.plan)) {
    if (!world.isOrdered(`rebuild ${name}`)) await world.order(`rebuild ${name}`, projections.rebuild(name));
    return;
  }
  if (error?.position === undefined) throw new Error(`${name} stopped for no event: ${error?.message}`);
  const event = await eventAt(world, error.position);
  const fault = event && faultOf(world.seed, plan, event.n);
  if (event && (!fault || !canBeSetAside(fault, plan)))
    throw new Error(`${name} stopped before an event that cannot fail: ${error.message}`);
  if (!world.on.has('skip-at-barrier') && (await isBehindBarrier(world, name, error.position)))
    return world.order(`resume ${name}`, projections.resume(name));
  const what = `skip ${name}`;
  if (!world.isOrdered(what))
    await world.order(what, projections.skip(name, error.position, 'it fails for good'));
  return undefined;
}

async function eventAt({ database }: World, position: bigint): Promise<{ n: number } | undefined> {
  const [row] = await database.query<{ n: number }>(
    `SELECT (data->>'n')::int AS n FROM events WHERE global_position = $1`,
    [position],
  );
  return row;
}

/** Whether the segments of a projection are to meet before an event. */
async function isBehindBarrier({ database }: World, projection: string, position: bigint): Promise<boolean> {
  const rows = await database.query(
    'SELECT FROM projection_checkpoints WHERE projection = $1 AND halt_at < $2',
    [projection, position],
  );
  return rows.length > 0;
}

/** What runs only when it is asked to gets its segments then, too. */
async function unfinished({ database, plan }: World): Promise<string[]> {
  const running = plan.projections.filter(({ type }) => type === 'persistent').map(({ name }) => name);
  const rows = await database.query<{ what: string }>(
    `SELECT projection || ' is to have ' || segments_wanted || ' segments and not ' || segments AS what
     FROM projection_states WHERE segments <> segments_wanted AND projection = ANY ($1)
     UNION ALL
     SELECT command || ' of ' || projection || ' is not carried out' FROM projection_commands WHERE finished_at IS NULL`,
    [running],
  );
  return rows.map(({ what }) => what);
}

/** Segments without a checkpoint. */
async function unclaimed({ database, on }: World): Promise<string[]> {
  if (on.has('unclaimed-segments')) return [];
  const rows = await database.query<{ what: string }>(
    `SELECT 'nobody has had all segments of ' || projection AS what FROM projection_states s
     WHERE segments > (SELECT count(*) FROM projection_checkpoints c WHERE c.projection = s.projection)`,
  );
  return rows.map(({ what }) => what);
}

const hasCrash = ({ steps }: Plan): boolean => steps.some((step) => step.do === 'crash');
