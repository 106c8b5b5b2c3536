import type { Type } from '@nestjs/common';
import type { ProjectionOptions } from 'nestjs-projections';

/** An event as far as a hand-written projection needs it. */
export interface BenchEvent {
  readonly type: string;
  readonly data: any;
}

/** What a projection in the usual style sends for an event. */
export interface Statement {
  /** The name under which it is prepared, where it is. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** A row as hand-written code has it: values in the order of its table's columns, the key first. */
export type Values = (string | number | null)[];

/** How hand-written code folds events into the rows of one table. */
export interface Fold {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** How many of the first columns are the primary key. */
  readonly keys: number;
  /** The key's values; `undefined` where the event does not concern this table. */
  readonly keyOf: (event: BenchEvent) => readonly string[] | undefined;
  readonly apply: (event: BenchEvent, row: Values | undefined) => Values | undefined;
}

export type Style = 'transaction' | 'statement' | 'row';

/** A read model in every way it is written in this benchmark. All ways must end with equal tables. */
export interface Model {
  readonly name: string;
  readonly tables: readonly string[];
  readonly ddl: string;
  readonly types: readonly string[];
  readonly entities: readonly Type<object>[];
  readonly statementsOf: (event: BenchEvent) => readonly Statement[];
  readonly folds: readonly Fold[];
  /** All of history at once: the limit of the database itself. */
  readonly setBased: readonly string[];
  projection(style: Style, options: Partial<ProjectionOptions>): Type<object>;
}
