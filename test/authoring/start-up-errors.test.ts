import { type DynamicModule, Injectable, Scope, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  DuplicateHandlerError,
  DuplicateProjectionError,
  InvalidModuleOptionsError,
  InvalidProjectionOptionsError,
  MissingProjectionDecoratorError,
  NoHandlersError,
  On,
  OnAny,
  Projection,
  ProjectionError,
  ProjectionModule,
  type ProjectionModuleOptions,
  RequestScopedProjectionError,
  UnknownProjectionError,
  UnknownReadModelError,
  UnnamedEventError,
} from 'nestjs-projections';
import { boot } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

class MistypedEvent {
  static readonly type = 7;
  id!: string;
}

@Projection({ name: 'unrelated' })
class Unrelated {
  @OnAny()
  any() {}
}

describe('an application whose projections are wired wrongly does not start', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  /** What keeps an application with these providers from starting. */
  async function problemWith(
    projections: Type<object>[],
    options: ProjectionModuleOptions = {},
    ...more: DynamicModule[]
  ): Promise<ProjectionError> {
    const start = boot(
      TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0 }),
      ProjectionModule.forRoot({ listen: false, ...options }),
      ProjectionModule.forFeature(projections),
      ...more,
    );
    const outcome = await start.catch((error: unknown) => error);
    if (outcome instanceof ProjectionError) return outcome;
    await (await start).close();
    throw new Error('It started.');
  }

  @Projection({ name: 'orders' })
  class Orders {
    @OnAny()
    any() {}
  }

  it('when two projections share a name', async () => {
    @Projection({ name: 'orders' })
    class OtherOrders extends Orders {}

    const error = await problemWith([Orders, OtherOrders]);
    expect(error).toBeInstanceOf(DuplicateProjectionError);
    expect(error.message).toContain('"orders" is declared twice, by Orders and OtherOrders');
  });

  it('when two modules provide one projection', async () => {
    const error = await problemWith([Orders], {}, ProjectionModule.forFeature([Orders, Unrelated]));
    expect(error).toBeInstanceOf(DuplicateProjectionError);
    expect(error.message).toContain('provide the class in one module only');
  });

  it('when @On stands in a class that is no projection', async () => {
    class Forgotten {
      @On('OrderCreated')
      created() {}
    }

    const error = await problemWith([Forgotten]);
    expect(error).toBeInstanceOf(MissingProjectionDecoratorError);
    expect(error.message).toContain('Forgotten.created has @On, but Forgotten is no projection');
  });

  it('when a projection handles nothing', async () => {
    @Projection({ name: 'idle' })
    class Idle {}

    const error = await problemWith([Idle]);
    expect(error).toBeInstanceOf(NoHandlersError);
    expect(error.message).toContain('"idle" (Idle) has no handler');
  });

  it('when two handlers take a type', async () => {
    @Projection({ name: 'twice' })
    class Twice {
      @On('OrderCreated')
      first() {}
      @On('OrderPaid', 'OrderCreated')
      second() {}
    }

    const error = await problemWith([Twice]);
    expect(error).toBeInstanceOf(DuplicateHandlerError);
    expect(error.message).toContain('handles OrderCreated twice, in first and second');
  });

  it('when two handlers take everything', async () => {
    @Projection({ name: 'twice' })
    class Twice {
      @OnAny()
      first() {}
      @OnAny()
      second() {}
    }

    const error = await problemWith([Twice]);
    expect(error).toBeInstanceOf(DuplicateHandlerError);
    expect(error.message).toContain('handles every event twice, in first and second');
  });

  it.each([
    ['an empty name', ' '],
    [
      'a class without a name',
      class {
        id!: string;
      },
    ],
    ['a class whose type is no name', MistypedEvent],
  ])('when @On is given %s', async (_what, event) => {
    @Projection({ name: 'nameless' })
    class Nameless {
      @On(event)
      handle() {}
    }

    const error = await problemWith([Nameless]);
    expect(error).toBeInstanceOf(UnnamedEventError);
    expect(error.message).toContain('"nameless" has @On on handle with an event that has no usable name');
  });

  it.each([Scope.REQUEST, Scope.TRANSIENT])('when a projection has scope %s', async (scope) => {
    @Injectable({ scope })
    @Projection({ name: 'scoped' })
    class Scoped {
      @OnAny()
      any() {}
    }

    const error = await problemWith([Scoped]);
    expect(error).toBeInstanceOf(RequestScopedProjectionError);
    expect(error.message).toContain('"scoped" (Scoped) is request-scoped, or depends on a provider that is');
  });

  it('when a projection injects what is made for each request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {}

    @Projection({ name: 'by_tenant' })
    class ByTenant {
      constructor(readonly tenant: Tenant) {}
      @OnAny()
      any() {}
    }

    const error = await problemWith([ByTenant, Tenant]);
    expect(error).toBeInstanceOf(RequestScopedProjectionError);
  });

  it('when a read model is no entity', async () => {
    class Unmapped {
      id!: string;
    }

    @Projection({ name: 'mapless', readModels: [Unmapped] })
    class Mapless {
      @OnAny()
      any() {}
    }

    const error = await problemWith([Mapless]);
    expect(error).toBeInstanceOf(UnknownReadModelError);
    expect(error.message).toContain('"mapless" declares the read model Unmapped, which is no entity');
  });

  it('when an option of a projection or of the module cannot be right', async () => {
    @Projection({ name: 'wrong', batchSize: 0 })
    class Wrong {
      @OnAny()
      any() {}
    }

    expect(await problemWith([Wrong])).toBeInstanceOf(InvalidProjectionOptionsError);
    expect(await problemWith([Orders], { leaseMs: 0 })).toBeInstanceOf(InvalidModuleOptionsError);
  });

  it('when it is told to run a projection that is not there', async () => {
    const error = await problemWith([Orders], { run: ['ordres'] });
    expect(error).toBeInstanceOf(UnknownProjectionError);
    expect(error.message).toContain('no projection "ordres" here. Known are: orders');
  });
});
