import type { AppendResult } from 'nestjs-projections';
import { Deferred } from '../../support/deferred';
import { eventually } from '../../support/eventually';
import { insertEvent } from '../../support/sessions';
import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

describe('waiting for an inline projection while an append is open', () => {
  const inline = useInline();

  const startBehindOpenAppend = async () => {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    const session = await inline.database.connect();
    await session.query('BEGIN');
    await insertEvent(session, 'other');
    return { app, session };
  };

  it('takes what an append has applied, in this process or another', async () => {
    const { app } = await startBehindOpenAppend();
    const another = await inline.start([inlineLog()], { options: { run: false } });
    const result = await app.store.append('s', [happened(), happened()]);
    await app.projections.waitFor('log', result);
    await another.projections.waitFor('log', { ...result });
    expect(await inline.positions()).toEqual([2, 3]);
  });

  it('waits for the commit of a caller, and gives up where there is none', async () => {
    const { app } = await startBehindOpenAppend();
    const [appended, end] = [new Deferred(), new Deferred()];
    let result!: AppendResult;
    const transaction = app.dataSource.transaction(async (manager) => {
      result = await app.store.append('s', [happened()], { manager });
      appended.release();
      await end.released;
    });
    await appended.released;
    await expect(app.projections.waitFor('log', result, { timeoutMs: 50 })).rejects.toThrow(
      /did not reach position 2 within 50 ms/,
    );
    const wait = app.projections.waitFor('log', result);
    end.release();
    await Promise.all([transaction, wait]);
    expect(await inline.positions()).toEqual([2]);
  });

  it('says of a position that an append is open, and takes it once that has ended', async () => {
    const { app, session } = await startBehindOpenAppend();
    const { globalPosition } = await app.store.append('s', [happened()]);
    // Once this process has looked at the store.
    await eventually(() =>
      expect(app.projections.waitFor('log', globalPosition, { timeoutMs: 50 })).rejects.toThrow(
        /the store is settled up to 0 only: an append that is open may still write below/,
      ),
    );
    await session.query('ROLLBACK');
    await app.projections.waitFor('log', globalPosition);
  });

  it('does not take an event that is left to the loop', async () => {
    const { app, session } = await startBehindOpenAppend();
    await session.query('ROLLBACK');
    await app.projections.pause('log');
    const result = await app.store.append('s', [happened()]);
    await expect(app.projections.waitFor('log', result, { timeoutMs: 50 })).rejects.toThrow(/it is paused/);
    await app.projections.resume('log');
    await app.projections.waitFor('log', result);
    expect(await inline.positions()).toEqual([Number(result.globalPosition)]);
  });
});
