import { memorySource } from 'nestjs-projections/testing';
import { positionsRecordedBy, recorder } from '../support/recorder';
import { FOREIGN } from './foreign-app';
import { useForeign } from './use-foreign';

describe('a source in memory', () => {
  const use = useForeign();

  it('is projected as any other', async () => {
    const source = memorySource();
    source.append('s-1', 'Happened', { n: 1 });
    const { projections } = await use.start([recorder({ name: 'reader', source: FOREIGN })], source);
    const open = source.begin('s-1', 'Happened', {});
    const rolledBack = source.begin('s-1', 'Happened', {});
    const behind = source.append('s-2', 'Happened', {});
    await projections.waitFor('reader', 1n);
    rolledBack.rollback();
    open.commit();
    await projections.waitFor('reader', behind);
    expect(await positionsRecordedBy(use.database, 'reader')).toEqual([1, 2, 4]);
  });
});
