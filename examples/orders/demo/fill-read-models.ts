import type { INestApplication } from '@nestjs/common';
import { EventStore, Projections } from 'nestjs-projections';
import pc from 'picocolors';
import { DataSource } from 'typeorm';
import { appendShop } from './append-shop';
import { choosePlan } from './choose-plan';
import { follow, furthestBehind } from './follow';
import { number, rate } from './format';
import type { DemoOptions } from './options';
import { showProgress } from './progress';
import { say } from './say';
import { generateShop } from './shop/generate-shop';
import { countEvents, storedIds } from './stored-events';
import { summarise } from './summary';

interface Filled {
  /** Whether every projection followed to the end. */
  readonly complete: boolean;
  /** Whether the store holds the demo's shop. */
  readonly hasShop: boolean;
}

/** Tells the shop's life to the store while the read models follow, and says how it went. */
export async function fillReadModels(
  app: INestApplication,
  asked: Pick<DemoOptions, 'orders' | 'seed'>,
  signal: AbortSignal,
): Promise<Filled> {
  const [store, projections, dataSource] = [app.get(EventStore), app.get(Projections), app.get(DataSource)];
  const plan = choosePlan(asked, (await store.readAll({ limit: 1 }))[0]);
  const hasShop = plan !== undefined && plan.orders > 0;
  const resumedAt = furthestBehind(await projections.status()).position;

  const progress = showProgress(process.stdout);
  const started = performance.now();
  let appended = 0;
  let isOver = false;
  const telling = appendShop({
    shop: plan ? generateShop(plan) : [],
    store,
    storedIds: (ids) => storedIds(dataSource, ids),
    signal,
    onPortion: ({ at }, newEvents) => {
      appended += newEvents;
      if (newEvents > 0) progress.told(at, appended);
    },
  }).finally(() => (isOver = true));
  const following = follow({
    projections,
    isOver: () => isOver,
    onLook: (look) => progress.followed(look),
    signal,
  });
  await Promise.all([telling, following]).finally(() => progress.end());
  if (signal.aborted) return { complete: false, hasShop };

  const elapsed = performance.now() - started;
  const statuses = await projections.status();
  if (resumedAt > 0n)
    say(`Resumed at position ${number(resumedAt)}${appended === 0 ? ': nothing to generate' : ''}.`);
  if (appended > 0) say(`Appended and followed ${rate(appended, elapsed)}.`);
  say(`${number(await countEvents(dataSource))} events in the store.`);
  say(await summarise(statuses, dataSource));
  for (const { error } of statuses) if (error) say(pc.red(error.message));
  return { complete: statuses.every(({ state }) => state !== 'stopped'), hasShop };
}
