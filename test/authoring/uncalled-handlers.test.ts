import { type CanActivate, Controller, Injectable, Module, type Type, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BareDecoratorError,
  DuplicateForRootError,
  EventStore,
  InheritedEventTypeError,
  InvalidModuleOptionsError,
  InvalidProjectionOptionsError,
  MissingForRootError,
  On,
  OnAny,
  Projection,
  ProjectionModule,
  Projections,
  UncalledHandlerError,
  UndefinedEventError,
} from 'nestjs-projections';
import { boot } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

/** What a circular import leaves of a class. */
const later = undefined as unknown as Type<object>;

abstract class DomainEvent {
  readonly at = 0;
  static readonly type: string = 'DomainEvent';
}
class Paid extends DomainEvent {
  readonly cents = 1;
}

/** A base class may make the type of each subclass from its name. */
abstract class NamedEvent {
  readonly at = 0;
  static get type(): string {
    return `shop.${this.name}`;
  }
}
class Shipped extends NamedEvent {
  readonly parcel = 1;
}

/** As a compiler that checks no types passes a decorator on. */
const bare = (decorator: unknown) => decorator as MethodDecorator;

/** What the start says; the application's names where it says nothing. */
async function outcomeOf(...imports: Parameters<typeof boot>): Promise<unknown> {
  const app = await boot(...imports).catch((error: unknown) => error as Error);
  if (app instanceof Error) return app;
  const status = await app.get(Projections).status();
  await app.close();
  return status.map(({ name }) => name);
}

describe('what nothing would ever call keeps an application from starting', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  const typeorm = (more: object = {}) =>
    TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0, ...more });

  const outcomeWith = (projections: Type<object>[], controllers: Type<object>[] = []) => {
    @Module({ controllers })
    class Http {}
    return outcomeOf(
      typeorm(),
      ProjectionModule.forRoot({ listen: false }),
      ProjectionModule.forFeature(projections),
      Http,
    );
  };

  it.each<[string, Type<object>[], Type<object>[], string]>([
    [
      '@On in a controller',
      [],
      [
        (() => {
          @Controller('a')
          class Orders {
            @On('OrderPaid') paid() {}
          }
          return Orders;
        })(),
      ],
      'Orders.paid has @On, but would never be called: Orders is a controller',
    ],
    [
      '@Projection on a controller',
      [],
      [
        (() => {
          @Projection({ name: 'b' })
          @Controller('b')
          class Board {}
          return Board;
        })(),
      ],
      'Board has @Projection, but would never be called: Board is a controller',
    ],
    [
      '@On in a guard',
      [],
      [
        (() => {
          @Injectable()
          class Door implements CanActivate {
            canActivate = () => true;
            @OnAny() any() {}
          }
          @Controller('c')
          @UseGuards(Door)
          class Guarded {}
          return Guarded;
        })(),
      ],
      'Door.any has @On, but would never be called: Door is used as a guard',
    ],
    [
      '@On on a static method',
      [
        (() => {
          @Projection({ name: 's' })
          class Static {
            @On('A') a() {}
            @On('B') static b() {}
          }
          return Static;
        })(),
      ],
      [],
      'Static.b has @On, but would never be called: it is static',
    ],
    [
      '@On on a static method of a base class',
      [
        (() => {
          class Base {
            a() {}
            @On('B') static b() {}
          }
          @Projection({ name: 's' })
          class Inheriting extends Base {
            @On('A') override a() {}
          }
          return Inheriting;
        })(),
      ],
      [],
      'Inheriting.b has @On, but would never be called: it is static',
    ],
    [
      '@On on a property',
      [
        (() => {
          class Arrow {
            @On('A') other() {}
            handle = () => undefined;
          }
          On('B')(Arrow.prototype, 'handle', {});
          Projection({ name: 'arrow' })(Arrow);
          return Arrow;
        })(),
      ],
      [],
      'Arrow.handle has @On, but would never be called: handle is no method',
    ],
  ])('%s', async (_, projections, controllers, message) => {
    const outcome = await outcomeWith(projections, controllers);
    expect(outcome).toBeInstanceOf(UncalledHandlerError);
    expect((outcome as Error).message).toContain(message);
  });

  it('a decorator without its parentheses, where it stands', () => {
    expect(() => {
      class Orders {
        @bare(On) paid() {}
      }
      return Orders;
    }).toThrow(new BareDecoratorError('On', 'Orders.paid'));
    expect(() => {
      class Orders {
        @bare(OnAny) any() {}
      }
      return Orders;
    }).toThrow(BareDecoratorError);
    expect(() => {
      @(Projection as unknown as ClassDecorator)
      class Orders {}
      return Orders;
    }).toThrow('@Projection on Orders lacks its parentheses');
  });

  it.each<[string, () => Type<object>, Type<Error>, string]>([
    [
      '@On(undefined)',
      () => {
        @Projection({ name: 'p' })
        class Orders {
          @On('A', later) paid() {}
        }
        return Orders;
      },
      UndefinedEventError,
      'Projection "p" has @On on Orders.paid with an event that is undefined',
    ],
    [
      '@On(null)',
      () => {
        @Projection({ name: 'p' })
        class Orders {
          @On(null as unknown as string) paid() {}
        }
        return Orders;
      },
      UndefinedEventError,
      'circular import',
    ],
    [
      'row: undefined',
      () => {
        @Projection({ name: 'p', row: later, key: () => 1 })
        class Orders {
          @On('A') paid() {}
        }
        return Orders;
      },
      InvalidProjectionOptionsError,
      'row is undefined when the decorator runs, most likely because of a circular import',
    ],
    [
      'row: undefined of one handler',
      () => {
        @Projection({ name: 'p' })
        class Orders {
          @On('A', { row: later, key: () => 1 }) paid() {}
        }
        return Orders;
      },
      InvalidProjectionOptionsError,
      'the options of @On on Orders.paid: row is undefined',
    ],
    [
      'readModels: [undefined]',
      () => {
        @Projection({ name: 'p', readModels: [later] })
        class Orders {
          @On('A') paid() {}
        }
        return Orders;
      },
      InvalidProjectionOptionsError,
      'at 0 stands undefined when the decorator runs, most likely because of a circular import',
    ],
    [
      'an option of @On that there is not',
      () => {
        @Projection({ name: 'p' })
        class Orders {
          @On('A', { ['replya' as 'replay']: false }) paid() {}
        }
        return Orders;
      },
      InvalidProjectionOptionsError,
      'the options of @On on Orders.paid: there is no option replya; known are replay, row, key',
    ],
    [
      'an inherited static type',
      () => {
        @Projection({ name: 'p' })
        class Orders {
          @On(Paid) paid() {}
        }
        return Orders;
      },
      InheritedEventTypeError,
      '@On on Orders.paid with the class Paid, whose static type "DomainEvent" is inherited',
    ],
  ])('%s', async (_, make, type, message) => {
    const outcome = await outcomeWith([make()]);
    expect(outcome).toBeInstanceOf(type);
    expect((outcome as Error).message).toContain(message);
  });

  it('forFeature that is given undefined', () => {
    expect(() => ProjectionModule.forFeature([later])).toThrow(InvalidModuleOptionsError);
    expect(() => ProjectionModule.forFeature([later])).toThrow('circular import');
  });

  @Projection({ name: 'fine' })
  class Fine {
    @OnAny() any() {}
  }

  it.each([
    ['forFeature alone', () => [ProjectionModule.forFeature([Fine])]],
    ['ProjectionModule bare', () => [ProjectionModule]],
    ['ProjectionModule bare and forFeature', () => [ProjectionModule, ProjectionModule.forFeature([Fine])]],
  ])('%s, without forRoot', async (_, imports) => {
    const outcome = await outcomeOf(typeorm(), ...imports());
    expect(outcome).toBeInstanceOf(MissingForRootError);
    expect((outcome as Error).message).toContain('import ProjectionModule.forRoot');
  });

  it.each([
    ['for one data source', () => [ProjectionModule.forRoot(), ProjectionModule.forRoot()]],
    [
      'for two',
      () => [
        typeorm({ name: 'second' }),
        ProjectionModule.forRoot(),
        ProjectionModule.forRootAsync({ dataSource: 'second', useFactory: () => ({}) }),
      ],
    ],
  ])('forRoot twice, %s', async (_, imports) => {
    const outcome = await outcomeOf(typeorm(), ...imports(), ProjectionModule.forFeature([Fine]));
    expect(outcome).toBeInstanceOf(DuplicateForRootError);
  });

  it('and forRoot imported twice under one call is one', async () => {
    const root = ProjectionModule.forRoot({ listen: false, isGlobal: false });
    @Module({ imports: [root] })
    class Importing {}
    expect(await outcomeOf(typeorm(), root, Importing, ProjectionModule.forFeature([Fine]))).toEqual([
      'fine',
    ]);
  });
});

describe('a projection is called', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  @Injectable()
  class Mailer {
    readonly sent: string[] = [];
  }

  const handle = Symbol('handle');

  @Projection({ name: 'mails' })
  class Mails {
    constructor(readonly mailer: Mailer) {}
    @On('Welcomed') [handle](event: { type: string }) {
      this.mailer.sent.push(event.type);
    }
    @On(Shipped) shipped(event: { type: string }) {
      this.mailer.sent.push(event.type);
    }
  }

  @Module({ providers: [Mailer], exports: [Mailer] })
  class MailerModule {}

  async function sentWith(...features: Parameters<typeof boot>): Promise<string[]> {
    const app = await boot(
      TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0 }),
      ProjectionModule.forRoot({ listen: false }),
      ...features,
    );
    const { globalPosition } = await app.get(EventStore).append('s', [
      { type: 'Welcomed', data: {} },
      { type: 'shop.Shipped', data: {} },
    ]);
    await app.get(Projections).waitFor('mails', globalPosition);
    const { sent } = app.get(Mailer, { strict: false });
    await app.close();
    return sent;
  }

  it.each([
    [
      'whose dependency comes by imports',
      () => ProjectionModule.forFeature([Mails], { imports: [MailerModule] }),
    ],
    [
      'whose dependency comes by providers',
      () => ProjectionModule.forFeature([Mails], { providers: [Mailer] }),
    ],
  ])('%s, by a symbol and by a type that its class makes', async (_, feature) => {
    await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    expect(await sentWith(feature())).toEqual(['Welcomed', 'shop.Shipped']);
  });

  it('or Nest says which call of forFeature does not see its dependency', async () => {
    @Module({ imports: [ProjectionModule.forFeature([Mails])], providers: [Mailer] })
    class Customers {}
    await expect(sentWith(Customers)).rejects.toThrow(
      'the argument Mailer at index [0] is available in the ProjectionModule.forFeature([Mails]) module',
    );
  });
});

describe('a live projection', () => {
  it.each(['dead-letter', 'park-stream'] as const)('cannot have onError %s', async (onError) => {
    const database = await createDatabase();
    @Projection({ name: 'live', type: 'live', onError })
    class Live {
      @OnAny() any() {}
    }
    const start = boot(
      TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0 }),
      ProjectionModule.forRoot({ listen: false }),
      ProjectionModule.forFeature([Live]),
    );
    await expect(start).rejects.toThrow(InvalidProjectionOptionsError);
    await expect(start).rejects.toThrow(`it is live, and onError '${onError}'`);
    await database.drop();
  });
});
