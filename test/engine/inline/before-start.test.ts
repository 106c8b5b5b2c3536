import { Inject, Injectable, Module, type OnModuleInit, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStore, ProjectionModule } from 'nestjs-projections';
import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

@Injectable()
class Seeder implements OnModuleInit {
  constructor(@Inject(EventStore) private readonly store: EventStore) {}

  async onModuleInit() {
    await this.store.append('seed', [happened()]);
  }
}

@Injectable({ scope: Scope.REQUEST })
class ForEachRequest {
  constructor(@Inject(EventStore) readonly store: EventStore) {}
}

@Injectable({ scope: Scope.TRANSIENT })
class ForEachUser {}

@Injectable()
class NeedsRequest {
  constructor(@Inject(ForEachRequest) readonly request: ForEachRequest) {}
}

/** Provides what cannot be made at the start, too. */
const OTHERS = [ForEachRequest, ForEachUser, NeedsRequest];

describe('an append before the application has started', () => {
  const inline = useInline();

  /** All providers are made, and nothing is initialized. */
  async function compile(...providers: NonNullable<Parameters<typeof Module>[0]['providers']>) {
    @Module({
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: inline.database.url, retryAttempts: 0 }),
        ProjectionModule.forRoot(),
        ProjectionModule.forFeature([inlineLog()]),
      ],
      providers: [...OTHERS, ...providers],
    })
    class TestModule {}
    const app = await NestFactory.create(TestModule, { logger: false, abortOnError: false });
    inline.closing(app);
    return app;
  }

  async function handOver(): Promise<void> {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    await inline.close(app);
  }

  it('in onModuleInit is applied', async () => {
    await handOver();
    const app = await compile(Seeder);
    await app.init();
    expect(await inline.positions()).toEqual([1]);
  });

  it('in onModuleInit of the first start ever is left to the loop', async () => {
    const app = await compile(Seeder);
    await app.init();
    await inline.handedOver();
    expect(await inline.positions()).toEqual([1]);
  });

  it('to an application that is never initialized is applied', async () => {
    await handOver();
    const app = await compile();
    await app.get(EventStore).append('s', [happened()]);
    expect(await inline.positions()).toEqual([1]);
  });

  it('in a factory is refused by name, and nothing is written', async () => {
    await handOver();
    const seeding = {
      provide: 'seeding',
      inject: [EventStore],
      useFactory: (store: EventStore) => store.append('s', [happened()]),
    };
    await expect(compile(seeding)).rejects.toMatchObject({
      name: 'AppendTooEarlyError',
      message: expect.stringContaining('onModuleInit') as string,
    });
    expect(await inline.database.query('SELECT FROM events')).toEqual([]);
  });
});
