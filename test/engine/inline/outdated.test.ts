import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

describe('an inline projection of which newer code has run', () => {
  const inline = useInline();

  it('is not applied by appends of older code, which are refused', async () => {
    const old = await inline.start([inlineLog({ version: 1, types: ['Happened'] })]);
    await inline.handedOver();
    await old.store.append('s', [happened()]);
    const newer = await inline.start([inlineLog({ version: 2, types: ['Happened'] })]);
    await inline.handedOver();

    await expect(old.store.append('s', [happened()])).rejects.toMatchObject({
      name: 'InlineOutdatedError',
      projection: 'log',
      message: expect.stringMatching(/version 1 of it, and version 2 has run/) as string,
    });
    await old.store.append('s', [{ type: 'Other', data: {} }]);
    await newer.store.append('s', [happened()]);
    expect(await inline.positions()).toHaveLength(2);
    expect(await newer.store.readStream('s')).toHaveLength(3);

    await newer.projections.pause('log');
    await old.store.append('s', [happened()]);
    await newer.projections.resume('log');
    await inline.handedOver();
    expect(await inline.positions()).toHaveLength(3);
  });
});
