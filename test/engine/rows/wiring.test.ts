import type { Type } from '@nestjs/common';
import {
  MixedHandlersError,
  On,
  Projection,
  ProjectionError,
  RowKeyMissingError,
  UnknownRowEntityError,
} from 'nestjs-projections';
import { Account } from './accounts';
import { useAccounts } from './use-accounts';

const key = () => 'a';

describe('row handlers keep the application from starting', () => {
  const accounts = useAccounts();

  async function problemWith(projection: Type<object>): Promise<unknown> {
    const started = accounts.start({}, {}, [projection]);
    return started.then(
      () => 'it started',
      (error: unknown) => error,
    );
  }

  it('beside handlers of another style', async () => {
    @Projection({ name: 'mixed' })
    class Mixed {
      @On('A', { row: Account, key })
      folds() {}

      @On('B')
      writes() {}
    }
    const error = await problemWith(Mixed);
    expect(error).toBeInstanceOf(MixedHandlersError);
    expect((error as ProjectionError).message).toContain(
      '"mixed" mixes styles: folds folds a row and writes',
    );
  });

  it('with a row and no key', async () => {
    @Projection({ name: 'keyless', row: Account })
    class Keyless {
      @On('A', { key })
      keyed() {}

      @On('B')
      keyless() {}
    }
    const error = await problemWith(Keyless);
    expect(error).toBeInstanceOf(RowKeyMissingError);
    expect((error as ProjectionError).message).toContain('the handler keyless has a row but no key');
  });

  it('with a key and no row', async () => {
    @Projection({ name: 'rowless' })
    class Rowless {
      @On('A', { key })
      rowless() {}
    }
    const error = await problemWith(Rowless);
    expect(error).toBeInstanceOf(RowKeyMissingError);
    expect((error as ProjectionError).message).toContain('the handler rowless has a key but no row');
  });

  it('with a row that is no entity', async () => {
    class Unmapped {
      id!: string;
    }

    @Projection({ name: 'unmapped', row: Unmapped, key })
    class OfUnmapped {
      @On('A')
      folds() {}
    }
    const error = await problemWith(OfUnmapped);
    expect(error).toBeInstanceOf(UnknownRowEntityError);
    expect((error as ProjectionError).message).toContain(
      '"unmapped" folds rows of Unmapped, which is no entity',
    );
  });
});
