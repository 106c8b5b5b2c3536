import { TypeOrmModule } from '@nestjs/typeorm';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OnAny, Projection, ProjectionModule } from 'nestjs-projections';
import { Heartbeat } from '../../src/engine/coordination/heartbeat';
import { HeadWatcher } from '../../src/engine/reading/head-watcher';
import { LeaseTaker } from '../../src/engine/coordination/lease-taker';
import { PostgresEventStore } from '../../src/postgres/postgres-event-store';
import { ControlStore } from '../../src/state/control.store';
import { LeaseStore } from '../../src/state/lease.store';
import { RegistrationStore } from '../../src/state/registration.store';

/** The steps of the start, and of the stop, each of which the test ends the process in. */
const PHASES: Record<string, [prototype: object, method: string]> = {
  open: [PostgresEventStore.prototype, 'open'],
  watch: [HeadWatcher.prototype, 'start'],
  register: [RegistrationStore.prototype, 'register'],
  look: [ControlStore.prototype, 'snapshot'],
  beat: [Heartbeat.prototype, 'start'],
  take: [LeaseTaker.prototype, 'take'],
  leave: [LeaseStore.prototype, 'leave'],
};

@Projection({ name: 'one' })
class One {
  @OnAny()
  any() {}
}

/** Has the application end in the middle of the phase, where it lasts a moment longer than usual. */
function endIn(phase: string, end: () => void): void {
  const [prototype, method] = PHASES[phase]!;
  const holder = prototype as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const original = holder[method]!;
  let first = true;
  holder[method] = async function (this: object, ...args: unknown[]) {
    const result = await original.apply(this, args);
    if (first) {
      first = false;
      end();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return result;
  };
}

async function main(): Promise<void> {
  const { DATABASE_URL: url, PHASE = 'none', BY = 'SIGTERM' } = process.env;
  let app: INestApplication;
  let closed: Promise<void> | undefined;
  const end = () => {
    if (BY === 'SIGTERM') process.kill(process.pid, 'SIGTERM');
    else closed = app.close().then(() => void process.stdout.write('closed'));
  };
  if (PHASE in PHASES) endIn(PHASE, end);

  @Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, retryAttempts: 0 }),
      ProjectionModule.forRoot({ leaseMs: 60_000 }),
      ProjectionModule.forFeature([One]),
    ],
  })
  class FixtureModule {}

  // As a service does it: the signals are heard before the application has started.
  app = await NestFactory.create(FixtureModule, { logger: false, abortOnError: false });
  app.enableShutdownHooks();
  // As a server's socket would keep it.
  if (BY === 'SIGTERM') setInterval(() => undefined, 1_000);
  await app.init();
  process.stdout.write('started');
  if (PHASE === 'leave') end();
  await closed;
}

void main().catch((error: unknown) => {
  process.stdout.write(`failed: ${String(error)}`);
});
