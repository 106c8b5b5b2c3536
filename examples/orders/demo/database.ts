import { openEmbeddedDatabase } from './embedded-database';
import { openGivenDatabase } from './given-database';
import type { DemoOptions } from './options';

export interface DemoDatabase {
  readonly url: string;
  /** What to call it before the user; without secrets. */
  readonly name: string;
  stop(): Promise<void>;
}

export function openDatabase({ databaseUrl, fresh }: DemoOptions): Promise<DemoDatabase> {
  return databaseUrl === undefined ? openEmbeddedDatabase(fresh) : openGivenDatabase(databaseUrl, fresh);
}
