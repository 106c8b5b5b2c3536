import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createDatabase, type TestDatabase } from '../support/database';
import { loadSamples } from './load-samples';

interface Orders {
  create(orderId: string): Promise<unknown>;
}

describe('the application that README builds', () => {
  const load = loadSamples('README.md');
  const databaseUrl = process.env.DATABASE_URL;
  let database: TestDatabase;
  let app: INestApplication;

  beforeAll(async () => {
    database = await createDatabase();
    process.env.DATABASE_URL = database.url;
    app = await NestFactory.create(load('app.module.ts').AppModule as Type, {
      logger: false,
      abortOnError: false,
    });
    await app.listen(0, '127.0.0.1');
  });

  afterAll(async () => {
    await app?.close();
    if (databaseUrl === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = databaseUrl;
    await database.drop();
  });

  it('has its first projection keep a read model, and reads its own write', async () => {
    const orders = app.get<Orders>(load('orders.ts').Orders as Type<Orders>);
    expect(await orders.create('17')).toEqual({ orderId: '17', status: 'created' });
    await expect(orders.create('17')).rejects.toThrow('Stream "order-17" is at version 1');
    expect(await database.query('SELECT * FROM order_summaries')).toEqual([
      { order_id: '17', status: 'created' },
    ]);
  });

  it('answers its health check', async () => {
    const response = await fetch(`${await app.getUrl()}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      details: { projections: { projections: { order_summary: { state: 'running', lagEvents: 0 } } } },
    });
  });
});
