import type { DataSource } from 'typeorm';
import { outliveBrokenConnections } from '../../database/client-config';
import { type Backlog, type BacklogRequest, type EventPage, EventSource } from '../../events/event-source';
import type { FewEvents, Head, PageRequest } from '../../events/event-source';
import { TableReader } from '../../postgres/table-reader';
import { findForeignTable } from './find-foreign-table';
import type { ForeignTable } from './foreign-table';
import { UnboundSourceError } from './unbound-source.error';

/** Gives the data source of a name, or the one without. */
export type FindDataSource = (name: string | undefined) => DataSource;

/** How a source is asked for itself as an application reads it; no source of a user's has it by accident. */
export const PLACE = Symbol.for('nestjs-projections:place');

/** Reads events from a table that somebody else writes, and writes nothing. */
export class ForeignTableSource extends EventSource {
  private reader: TableReader | undefined;

  /** @param findDataSource asked when the source is read for the first time; without it a name cannot be looked up */
  constructor(
    private readonly foreign: ForeignTable,
    private readonly findDataSource?: FindDataSource,
  ) {
    super();
  }

  /** The same source for an application of its own: several may have been given this one. */
  [PLACE](find: FindDataSource): ForeignTableSource {
    return new ForeignTableSource(this.foreign, find);
  }

  head(few?: FewEvents): Promise<Head> {
    return this.table.head(few);
  }

  readPage(request: PageRequest): Promise<EventPage> {
    return this.table.readPage(request);
  }

  backlog(request: BacklogRequest): Promise<Backlog> {
    return this.table.backlog(request);
  }

  positionBefore(date: Date): Promise<bigint | undefined> {
    return this.table.positionBefore(date);
  }

  onHint(listener: () => void): () => void {
    return this.table.onHint(listener);
  }

  open(settledAtLeast: bigint): Promise<void> {
    return this.table.open(settledAtLeast);
  }

  async close(): Promise<void> {
    const { reader } = this;
    this.reader = undefined;
    await reader?.close();
  }

  private get table(): TableReader {
    return (this.reader ??= this.makeReader());
  }

  private makeReader(): TableReader {
    const dataSource = this.dataSourceOf(this.foreign);
    outliveBrokenConnections(dataSource);
    const { channel } = this.foreign;
    return new TableReader(dataSource, {
      findTable: () => findForeignTable(dataSource, this.foreign),
      listen: channel !== undefined,
      channel,
    });
  }

  /** @throws UnknownDataSourceError, UnboundSourceError */
  private dataSourceOf({ dataSource, table }: ForeignTable): DataSource {
    if (typeof dataSource === 'object') return dataSource;
    if (!this.findDataSource) throw new UnboundSourceError(table);
    return this.findDataSource(dataSource);
  }
}
