import type { ModuleRef } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { EventSource } from '../events/event-source';
import { type FindDataSource, PLACE } from '../sources/foreign-table/foreign-table.source';
import { UnknownDataSourceError } from './unknown-data-source.error';

/** A source that looks its data source up where it is used. */
interface PlacedSource extends EventSource {
  [PLACE]?(find: FindDataSource): EventSource;
}

/** The sources as an application reads them. Their data sources may be made later than they are. */
export function sourcesWithin(
  modules: ModuleRef,
  sources: Readonly<Record<string, PlacedSource>>,
): Readonly<Record<string, EventSource>> {
  const placed = Object.entries(sources).map(([name, source]) => [
    name,
    source[PLACE]?.((dataSource) => find(modules, dataSource, name)) ?? source,
  ]);
  return Object.fromEntries(placed) as Readonly<Record<string, EventSource>>;
}

/** @throws UnknownDataSourceError */
function find(modules: ModuleRef, name: string | undefined, source: string): DataSource {
  try {
    return modules.get<DataSource>(getDataSourceToken(name), { strict: false });
  } catch {
    throw new UnknownDataSourceError(name, source);
  }
}
