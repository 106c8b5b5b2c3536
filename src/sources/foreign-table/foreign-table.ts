import type { DataSource } from 'typeorm';
import type { ForeignColumns } from './foreign-columns';

/** A table of events that somebody else writes. */
export interface ForeignTable {
  readonly dataSource: DataSource | string | undefined;
  /** Its name as SQL has it. */
  readonly table: string;
  readonly columns: ForeignColumns;
  /** The name of the sequence, as SQL has it. */
  readonly sequence: string | undefined;
  /** Which rows are events. */
  readonly where: string | undefined;
  /** Which rows are none, but what writers put into holes later, as marks that nothing comes there. */
  readonly fillers: string | undefined;
  readonly channel: string | undefined;
}
