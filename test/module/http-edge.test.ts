import { Controller, ForbiddenException, Get, HttpException, Inject, Module, Post } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  EventStore,
  On,
  Projection,
  type ProjectionContext,
  ProjectionExceptionFilter,
  ProjectionModule,
  Projections,
  type RecordedEvent,
} from 'nestjs-projections';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';

@Projection({ name: 'stock', type: 'inline' })
class Stock {
  @On('Reserved')
  async reserved({ data }: RecordedEvent<{ how: string }>, { manager }: ProjectionContext) {
    if (data.how === 'too much') throw new Error('only 3 left');
    if (data.how === 'forbidden') throw new ForbiddenException('not yours');
    // oxlint-disable-next-line only-throw-error -- handlers may
    if (data.how === 'odd') throw 'a text';
    if (data.how === 'unstorable') await manager.query('SELECT 1 / 0');
  }
}

/** Runs nowhere, and so never gets anywhere. */
@Projection({ name: 'absent' })
class Absent {
  @On('Reserved') reserved() {}
}

@Controller()
class Orders {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Projections) private readonly projections: Projections,
  ) {}

  @Post('conflict')
  conflict() {
    return this.store.append('conflict', [{ type: 'Other', data: {} }], { expectedVersion: 7 });
  }

  @Post('fine')
  fine() {
    return this.store.append('fine', [{ type: 'Other', data: { n: 1 } }]);
  }

  @Get('events')
  events() {
    return this.store.readStream('fine');
  }

  @Get('all')
  all() {
    return this.store.readAll();
  }

  @Get('status')
  status() {
    return this.projections.status();
  }

  @Get('late')
  async late() {
    await this.projections.waitFor('absent', 1n, { timeoutMs: 1 });
  }

  @Get('teapot')
  teapot() {
    throw new HttpException('short and stout', 418);
  }

  @Post('too-much')
  tooMuch() {
    return this.reserve('too much');
  }

  @Post('forbidden')
  forbidden() {
    return this.reserve('forbidden');
  }

  @Post('odd')
  odd() {
    return this.reserve('odd');
  }

  @Post('unstorable')
  unstorable() {
    return this.reserve('unstorable');
  }

  private reserve(how: string) {
    return this.store.append('stock', [{ type: 'Reserved', data: { how } }]);
  }
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('over HTTP, by %s,', (_, adapter) => {
  let database: TestDatabase;
  let app: Awaited<ReturnType<typeof NestFactory.create>>;
  let url: string;

  beforeAll(async () => {
    database = await createDatabase();
    @Module({
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0 }),
        ProjectionModule.forRoot({ listen: false, run: ['stock'] }),
        ProjectionModule.forFeature([Stock, Absent]),
      ],
      controllers: [Orders],
      providers: [{ provide: APP_FILTER, useClass: ProjectionExceptionFilter }],
    })
    class Shop {}
    app = await NestFactory.create(Shop, adapter(), { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    // From then on appends apply its events.
    await eventually(async () =>
      expect(
        await database.query('SELECT FROM projection_checkpoints WHERE replay_until IS NULL'),
      ).toHaveLength(1),
    );
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function ask(method: 'GET' | 'POST', path: string) {
    const response = await fetch(`${url}/${path}`, { method });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: await response.json() };
  }

  it.each([
    ['too-much', 422, 'only 3 left'],
    ['odd', 422, 'The change was refused.'],
    ['unstorable', 422, 'The change was refused.'],
    ['forbidden', 403, 'not yours'],
    ['conflict', 409, expect.stringContaining('is at version 0, not at the expected 7')],
  ])('a refused append (%s) is %i', async (path, status, message: unknown) => {
    expect(await ask('POST', path)).toMatchObject({
      status,
      retryAfter: null,
      body: { statusCode: status, message },
    });
  });

  it('a wait that timed out is 503, to be tried again', async () => {
    expect(await ask('GET', 'late')).toMatchObject({
      status: 503,
      retryAfter: '1',
      body: { statusCode: 503 },
    });
  });

  it('leaves other errors to others', async () => {
    expect(await ask('GET', 'teapot')).toMatchObject({ status: 418, body: { message: 'short and stout' } });
  });

  it('positions are decimal strings in what is answered', async () => {
    const { body } = await ask('POST', 'fine');
    expect(body).toEqual({ version: 1, globalPosition: expect.stringMatching(/^\d+$/) as unknown });
    const { globalPosition } = body as { globalPosition: string };
    const event = { streamId: 'fine', version: 1, globalPosition, data: { n: 1 } };
    expect(await ask('GET', 'events')).toMatchObject({ status: 200, body: [event] });
    expect(await ask('GET', 'all')).toMatchObject({
      status: 200,
      body: expect.arrayContaining([expect.objectContaining(event)]) as unknown,
    });
  });
});
