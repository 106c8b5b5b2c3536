import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { keyTextOf } from '../../src/engine/failures/key-text';
import { startApp } from '../support/app';
import { createDatabase } from '../support/database';

@Entity('things')
class Thing {
  @PrimaryColumn('text')
  id!: string;

  @Column('int')
  n!: number;
}

/** Who hears of it when it rejects. */
const rejecting = () => {
  const promise = Promise.resolve();
  const heard = jest.spyOn(promise, 'then');
  return { heard, promise };
};

describe('a key that is a promise', () => {
  it('is refused as a text, and may reject without ending the process', () => {
    const { promise, heard } = rejecting();
    expect(() => keyTextOf(promise)).toThrow('it gave a promise, and must give a text or a number');
    expect(heard).toHaveBeenCalledWith(undefined, expect.any(Function));
  });

  it.each(['alone', 'among others'])('is refused of a row, and may reject, %s', async (how) => {
    const { promise, heard } = rejecting();

    @Projection({
      name: 'things',
      row: Thing,
      key: () => (how === 'alone' ? promise : ['a', promise]),
      onError: 'dead-letter',
      retry: { attempts: 1 },
    })
    class Things {
      @On('Made')
      made(_event: RecordedEvent) {
        return { n: 1 };
      }
    }

    const database = await createDatabase();
    await database.query('CREATE TABLE things (id text PRIMARY KEY, n int NOT NULL)');
    const app = await startApp(database.url, { projections: [Things], entities: [Thing] });
    try {
      const { globalPosition } = await app.store.append('s', [{ type: 'Made', data: {} }]);
      await app.projections.waitFor('things', globalPosition);
      expect(await app.projections.deadLetters('things')).toMatchObject([
        {
          errorMessage: expect.stringContaining('it gave a promise, and must give the key itself') as string,
        },
      ]);
      expect(heard).toHaveBeenCalledWith(undefined, expect.any(Function));
    } finally {
      await app.close();
      await database.drop();
    }
  });
});
