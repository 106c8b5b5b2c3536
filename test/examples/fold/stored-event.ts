import type { TestDatabase } from '../../support/database';

/** An event as the table has it. */
export interface StoredEvent {
  readonly position: string;
  readonly type: string;
  readonly data: any;
  readonly recordedAt: Date;
}

export function readEvents(database: TestDatabase): Promise<StoredEvent[]> {
  return database.query<StoredEvent>(
    'SELECT global_position AS position, type, data, recorded_at AS "recordedAt" FROM events ORDER BY global_position',
  );
}
