import {
  HandlerFailedError,
  On,
  Projection,
  type ProjectionContext,
  type RecordedEvent,
} from 'nestjs-projections';
import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

@Projection({ name: 'faulty', type: 'inline' })
class Faulty {
  @On('Throws')
  throws() {
    throw new Error('no stock');
  }
  @On('Conflicts')
  async conflicts(_event: RecordedEvent, { manager }: ProjectionContext) {
    await manager.query(`DO $$ BEGIN RAISE EXCEPTION 'someone was first' USING ERRCODE = '40001'; END $$`);
  }
}

describe('an append with inline projections in the transaction of its caller', () => {
  const inline = useInline();

  it('that rejects leaves nothing, though the caller goes on and commits', async () => {
    const app = await inline.start([inlineLog(), Faulty]);
    await inline.handedOver();
    await app.dataSource.transaction(async (manager) => {
      const refused = app.store.append('s', [happened(), { type: 'Throws', data: {} }], { manager });
      await expect(refused).rejects.toBeInstanceOf(HandlerFailedError);
      await app.store.append('s', [happened()], { manager });
    });
    expect(await app.store.readStream('s')).toMatchObject([{ version: 1, type: 'Happened' }]);
    expect(await inline.positions()).toHaveLength(1);
  });

  it('passes on as it is what the whole transaction is to be tried again for', async () => {
    const app = await inline.start([Faulty]);
    await inline.handedOver();
    await expect(app.store.append('s', [{ type: 'Conflicts', data: {} }])).rejects.toMatchObject({
      code: '40001',
    });
    expect(await app.store.readStream('s')).toEqual([]);
  });

  it.each([
    ['REPEATABLE READ', 'first hand-over'],
    ['SERIALIZABLE', 'first hand-over'],
    ['REPEATABLE READ', 'pause'],
  ] as const)('of %s fails with 40001 where its snapshot is older than a %s', async (isolation, change) => {
    const app = await inline.start([inlineLog()], { options: { run: change === 'pause' } });
    if (change === 'pause') await inline.handedOver();
    const appended = app.dataSource.transaction(isolation, async (manager) => {
      await manager.query('SELECT FROM events');
      if (change === 'pause') await app.projections.pause('log');
      else {
        await inline.start([inlineLog()]);
        await inline.handedOver();
      }
      await app.store.append('s', [happened()], { manager });
    });
    await expect(appended).rejects.toMatchObject({ code: '40001' });
    await app.dataSource.transaction(isolation, (manager) =>
      app.store.append('s', [happened()], { manager }),
    );
    expect(await inline.positions()).toHaveLength(change === 'pause' ? 0 : 1);
  });

  it.each(['REPEATABLE READ', 'SERIALIZABLE'] as const)(
    'of %s is applied, or left to the loop, as any other',
    async (isolation) => {
      const app = await inline.start([inlineLog()], { options: { run: false } });
      const append = () =>
        app.dataSource.transaction(isolation, (manager) => app.store.append('s', [happened()], { manager }));
      await append();
      expect(await inline.positions()).toEqual([]);
      await inline.start([inlineLog()]);
      await inline.handedOver();
      await append();
      expect(await inline.positions()).toHaveLength(2);
    },
  );

  it.each(['serializable', 'repeatable read'])(
    'holds where the database makes %s the default',
    async (isolation) => {
      const [{ name }] = (await inline.database.query<{ name: string }>(
        'SELECT current_database() AS name',
      )) as [{ name: string }];
      await inline.database.query(
        `ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`,
      );
      const app = await inline.start([inlineLog()]);
      let appended = 0;
      const running = { on: true };
      const writers = Array.from({ length: 4 }, async (_, n) => {
        while (running.on) {
          await app.store.append(`s-${n}`, [happened()]);
          appended++;
        }
      });
      await inline.handedOver();
      running.on = false;
      await Promise.all(writers);
      expect(await inline.positions()).toHaveLength(appended);
    },
  );
});
