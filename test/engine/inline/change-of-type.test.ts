import { recorder } from '../../support/recorder';
import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

const persistentLog = () => recorder({ name: 'log' });

describe('a projection whose type changes', () => {
  const inline = useInline();

  it('to inline is refused, as its checkpoint is not told from that of one that appends keep current', async () => {
    const before = await inline.start([persistentLog()], { options: { run: false } });
    await before.store.append('s', [happened(), happened()]);
    const worker = await inline.start([persistentLog()]);
    await worker.projections.waitFor('log', 2n);
    await inline.close(worker);
    await before.store.append('s', [happened()]);
    await expect(inline.start([inlineLog()])).rejects.toMatchObject({
      name: 'ProjectionTypeChangedError',
      message: expect.stringContaining('projection_inline_marks') as string,
    });

    await inline.database.query(`INSERT INTO projection_inline_marks VALUES ('log', false)`);
    const after = await inline.start([inlineLog()]);
    await inline.handedOver();
    await after.store.append('s', [happened()]);
    expect(await inline.positions()).toEqual([1, 2, 3, 4]);
  });

  it('from inline is refused until it is paused, and then goes on where it stands', async () => {
    const before = await inline.start([inlineLog()]);
    await inline.handedOver();
    await before.store.append('s', [happened()]);
    await expect(inline.start([persistentLog()])).rejects.toMatchObject({
      name: 'ProjectionTypeChangedError',
      message: expect.stringContaining('Pause it') as string,
    });

    await before.projections.pause('log');
    await before.store.append('s', [happened()]);
    await inline.close(before);
    const after = await inline.start([persistentLog()]);
    await after.store.append('s', [happened()]);
    await after.projections.resume('log');
    await after.projections.waitFor('log', 3n);
    expect(await inline.positions()).toEqual([1, 2, 3]);
  });
});
