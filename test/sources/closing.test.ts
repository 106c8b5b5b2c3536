import { memorySource, MemorySource } from 'nestjs-projections/testing';
import { startApp } from '../support/app';
import { createDatabase } from '../support/database';

class Broken extends MemorySource {
  override onHint(): () => void {
    return () => {
      throw new Error('cannot stop');
    };
  }

  override close(): Promise<void> {
    throw new Error('cannot close');
  }
}

describe('a source that can be neither stopped nor closed', () => {
  it('keeps no other from it', async () => {
    const database = await createDatabase();
    const other = memorySource();
    const close = jest.spyOn(other, 'close');
    try {
      const app = await startApp(database.url, { options: { sources: { broken: new Broken(), other } } });
      await app.close();
      expect(close).toHaveBeenCalled();
    } finally {
      await database.drop();
    }
  });
});
