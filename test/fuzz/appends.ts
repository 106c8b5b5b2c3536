import type { EntityManager } from 'typeorm';
import type { AppendPlan, CommitPlan } from './plan';
import { within } from './within';
import type { World } from './world';

const APPEND_MS = 20_000;

class RolledBack extends Error {}

/** Makes the appends of one step, at once or one after the other. What the database refuses is not stored, and no fault. */
export async function appendAll(
  world: World,
  { atOnce, commits }: { readonly atOnce: boolean; readonly commits: readonly CommitPlan[] },
  width: number,
): Promise<void> {
  const queue = [...commits];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await appendOne(world, next);
  };
  await Promise.all(Array.from({ length: atOnce ? width : 1 }, work));
}

async function appendOne(world: World, commit: CommitPlan): Promise<void> {
  const { store, dataSource } = world.instance(commit.by);
  const append = ({ stream, events }: AppendPlan, manager?: EntityManager) =>
    store.append(stream, events, { manager });
  const work = async () => {
    const { isolation, appends, ends } = commit;
    if (!isolation) {
      for (const one of appends) await append(one);
      return;
    }
    await dataSource.transaction(isolation, async (manager) => {
      if (ends === 'rollback to savepoint') await inSavepoint(manager, (inner) => append(appends[0]!, inner));
      if (commit.atOnce) await allSettled(appends.map((one) => append(one, manager)));
      else for (const one of appends) await append(one, manager);
      if (ends === 'rollback') throw new RolledBack();
    });
  };
  try {
    await within('an append', APPEND_MS, work());
  } catch (error) {
    if (error instanceof Error && error.name === 'HangError') throw error;
    world.refused('append', error);
  }
}

/** What is under way ends before its transaction does. */
async function allSettled(appends: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(appends);
  await Promise.all(appends);
}

async function inSavepoint(manager: EntityManager, work: (manager: EntityManager) => Promise<unknown>) {
  const undone = manager.transaction(async (inner) => {
    await work(inner);
    throw new RolledBack();
  });
  await undone.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}
