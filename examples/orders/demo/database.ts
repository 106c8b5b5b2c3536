import type { DemoDatabase } from './demo-database';
import { openEmbeddedDatabase } from './embedded-database';
import { openGivenDatabase } from './given-database';
import type { DemoOptions } from './options';

export function openDatabase({ databaseUrl, fresh }: DemoOptions): Promise<DemoDatabase> {
  return databaseUrl === undefined ? openEmbeddedDatabase(fresh) : openGivenDatabase(databaseUrl, fresh);
}
