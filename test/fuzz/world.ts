import type { Client } from 'pg';
import { startApp, type TestApp } from '../support/app';
import type { TestDatabase } from '../support/database';
import type { Dimension } from './dimensions';
import type { Mended } from './fault';
import { isPassing } from './misdeeds';
import type { Plan } from './plan';
import { projectionOf, type Surroundings } from './projections';
import { entityOf, tablesSql } from './rows';
import type { FuzzServer } from './server';
import { within } from './within';

const START_MS = 30_000;
const CLOSE_MS = 25_000;
const ORDERS_MS = 30_000;
/** What is to be over before long is waited for: most orders are carried out before the next step. */
const ORDER_PATIENCE_MS = 1_000;

/** Errors that are nobody's answer, but a mistake in the code that threw them. */
const MISTAKES = new Set(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'AssertionError']);

/** What a plan is played on: a database, and the applications that use it. */
export class World implements Surroundings {
  mended: Mended = 'nothing';
  /** What is wrong already, before anybody compares rows. */
  readonly problems: string[] = [];
  readonly stragglers: Client[] = [];
  private readonly apps: TestApp[] = [];
  private readonly segments = new Map<string, number>();
  private readonly orders = new Map<Promise<unknown>, string>();

  constructor(
    readonly plan: Plan,
    readonly database: TestDatabase,
    readonly server: FuzzServer,
    readonly on: ReadonlySet<Dimension>,
  ) {}

  get seed(): number {
    return this.plan.seed;
  }

  async open(): Promise<void> {
    const { projections, instances } = this.plan;
    await this.database.query(tablesSql(projections.map(({ name }) => name)));
    for (let n = 0; n < instances; n++) this.apps.push(await this.startInstance());
    // The tables themselves are to survive every crash.
    await this.database.query('CHECKPOINT');
  }

  /** @param pick which of the instances, as a part of one */
  instance(pick: number): TestApp {
    return this.apps[Math.floor(pick * this.apps.length)]!;
  }

  async restart(pick: number, segments: Readonly<Record<string, number>>): Promise<void> {
    const at = Math.floor(pick * this.apps.length);
    await this.close(this.apps[at]!);
    for (const [name, wanted] of Object.entries(segments)) this.segments.set(name, wanted);
    this.apps[at] = await this.startInstance();
  }

  /** Gives an order some time, and goes on without its answer if it needs more. */
  async order(what: string, order: Promise<unknown>): Promise<void> {
    const told = order.catch((error: unknown) => this.refused(what, error));
    this.orders.set(told, what);
    const done = told.finally(() => this.orders.delete(told));
    await within(what, ORDER_PATIENCE_MS, done).catch(() => undefined);
  }

  isOrdered(what: string): boolean {
    return [...this.orders.values()].includes(what);
  }

  /** @throws HangError when an order is neither carried out nor refused */
  async allOrders(): Promise<void> {
    for (const [order, what] of this.orders) await within(`the order "${what}"`, ORDERS_MS, order);
  }

  /** Notes what came of something that may fail; only some errors are answers. */
  refused(what: string, error: unknown): void {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    if (MISTAKES.has(name))
      this.problems.push(`"${what}" failed by a mistake: ${name}: ${message}\n${stack}`);
  }

  async end(): Promise<void> {
    await Promise.all(this.apps.map((app) => this.close(app)));
  }

  private startInstance(): Promise<TestApp> {
    const { plan, segments } = this;
    const { projections, poolSize, listen } = plan;
    const starting = startApp(this.database.url, {
      projections: projections.map((one) => projectionOf(one, segments.get(one.name) ?? one.segments, this)),
      entities: projections.map(({ name }) => entityOf(name)),
      poolSize,
      options: {
        listen,
        leaseMs: 1_500,
        pollInterval: { min: 5, max: 200 },
        retry: { attempts: 3, backoff: { minMs: 1, maxMs: 50 } },
        isTransient: (error) => {
          if (isPassing(error)) return true;
          if (plan.isTransientThrows) throw new Error('isTransient throws');
          return false;
        },
      },
    });
    return within('the start of an instance', START_MS, starting);
  }

  private close(app: TestApp): Promise<void> {
    return within('the end of an instance', CLOSE_MS, app.close());
  }
}
