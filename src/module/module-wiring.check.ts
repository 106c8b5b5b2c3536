import type { ModulesContainer } from '@nestjs/core';
import { DuplicateForRootError, MissingForRootError } from './module-wiring.errors';

/** Stands on the module that forRoot makes. A fixed string, so that two copies of the package see each other's. */
export const CORE_METADATA = 'nestjs-projections:core';

/** @throws MissingForRootError, DuplicateForRootError */
export function checkWiring(modules: ModulesContainer): void {
  const cores = [...modules.values()].filter(({ metatype }) =>
    Reflect.hasOwnMetadata(CORE_METADATA, metatype),
  );
  if (cores.length === 0) throw new MissingForRootError();
  if (cores.length > 1) throw new DuplicateForRootError();
}
