import type { ModuleRef } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { EventSource } from '../events/event-source';
import type { FindDataSource } from '../sources/foreign-table/foreign-table.source';
import { UnknownDataSourceError } from './unknown-data-source.error';

/** A source that reads from a data source by its name. */
interface BoundSource {
  bind?(find: FindDataSource): void;
}

/** Has sources find their data sources, which are made when the application starts. */
export function bindSources(sources: Readonly<Record<string, EventSource>>, modules: ModuleRef): void {
  for (const [source, one] of Object.entries(sources))
    (one as BoundSource).bind?.((name) => find(modules, name, source));
}

/** @throws UnknownDataSourceError */
function find(modules: ModuleRef, name: string | undefined, source: string): DataSource {
  try {
    return modules.get<DataSource>(getDataSourceToken(name), { strict: false });
  } catch {
    throw new UnknownDataSourceError(name, source);
  }
}
