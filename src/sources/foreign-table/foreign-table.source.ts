import type { DataSource } from 'typeorm';
import { outliveBrokenConnections } from '../../database/client-config';
import { type Backlog, type BacklogRequest, type EventPage, EventSource } from '../../events/event-source';
import type { Head, PageRequest } from '../../events/event-source';
import { TableReader } from '../../postgres/table-reader';
import { findForeignTable } from './find-foreign-table';
import type { ForeignTable } from './foreign-table';
import { UnboundSourceError } from './unbound-source.error';

/** Gives the data source of a name, or the one without. */
export type FindDataSource = (name: string | undefined) => DataSource;

/** Reads events from a table that somebody else writes, and writes nothing. */
export class ForeignTableSource extends EventSource {
  private reader: TableReader | undefined;
  private findDataSource: FindDataSource | undefined;

  constructor(private readonly foreign: ForeignTable) {
    super();
  }

  /** Called before `open`, when data sources can be found by their names. */
  bind(find: FindDataSource): void {
    this.findDataSource = find;
    this.reader = undefined;
  }

  head(): Promise<Head> {
    return this.table.head();
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
