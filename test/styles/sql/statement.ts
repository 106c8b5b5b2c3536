import type { RecordedEvent } from 'nestjs-projections';

type Statement = readonly [sql: string, params: readonly unknown[]];

/** What each type of event does to the tables of one read model, in SQL. */
export type Statements = Readonly<Record<string, (event: RecordedEvent) => readonly Statement[]>>;
