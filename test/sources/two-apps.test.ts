import { positionsRecordedBy, recorder } from '../support/recorder';
import { FOREIGN } from './foreign-app';
import { facts, useForeign } from './use-foreign';

describe('a source that two applications of a process are given', () => {
  const use = useForeign();

  it('is read by each, also when the other has ended', async () => {
    const source = facts();
    const one = recorder({ name: 'one', source: FOREIGN });
    const first = await use.start([one], source);
    const second = await use.start([recorder({ name: 'two', source: FOREIGN })], source);
    await second.projections.waitFor('two', await use.add('ref-1'));
    await second.close();
    const position = await use.add('ref-2');
    await first.projections.waitFor('one', position);
    expect(await positionsRecordedBy(use.database, 'one')).toHaveLength(2);
  });
});
