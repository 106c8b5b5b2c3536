import { Logger } from '@nestjs/common';
import type { Beginning } from '../state/beginning';
import type { ProjectionRegistry } from './projection-registry';
import { beginningOf } from './reading/beginning';
import type { TypeCheck } from './type-check';

/** Where projections begin that the database has no row of: new ones, and those whose row is gone. */
export class Beginnings {
  private readonly logger = new Logger('Projection');

  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly types: TypeCheck,
  ) {}

  async of(name: string): Promise<Beginning> {
    const { definition, reader } = this.registry.get(name);
    const known = await reader.beginnings.of(name);
    if (known) {
      // What its type has beside the row may be gone too.
      await this.types.check(definition);
      this.logger.warn(
        `Projection "${name}" has no row in the database any more, as after a TRUNCATE of the module's tables: ` +
          `it begins again behind position ${known.after}.`,
      );
      return known;
    }
    const { watcher, source } = reader;
    await watcher.settles(0);
    const end = { settled: watcher.readable(), drawn: watcher.last };
    return beginningOf(definition, end, source);
  }
}
