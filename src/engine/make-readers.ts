import { ConnectionBudget } from '../database/connection-budget';
import type { EventSource } from '../events/event-source';
import type { EventStore } from '../events/event-store';
import type { EngineOptions } from './engine-options';
import { SourceReader, type SourceReaderParts } from './reading/source-reader';
import { SourceReaders } from './reading/source-readers';

/** The sources beside the module's store, by the names that projections call them by. */
export type NamedSources = Readonly<Record<string, EventSource>>;

/**
 * A reader for the module's store, and for each of the other sources. Those have connections of their own to go by: one that
 * hangs must not keep the others from reading.
 */
export function makeReaders(
  store: EventStore,
  sources: NamedSources,
  { pollInterval, connections }: EngineOptions,
  { budget, ...readers }: Pick<SourceReaderParts, 'budget' | 'loops' | 'isRead'>,
): SourceReaders {
  const own = new SourceReader({ name: undefined, source: store, pollInterval, budget, ...readers });
  const others = Object.entries(sources).map(
    ([name, source]) =>
      new SourceReader({ name, source, pollInterval, budget: new ConnectionBudget(connections), ...readers }),
  );
  return new SourceReaders(own, others);
}
