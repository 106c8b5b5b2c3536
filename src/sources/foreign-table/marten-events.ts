import { checkOptions } from '../../authoring/argument-checks';
import { listOf, oneOf, show } from '../../authoring/option-checks';
import { InvalidArgumentError } from '../../events/invalid-argument.error';
import type { EventSource } from '../../events/event-source';
import { type ForeignPlace, sourceOf } from './postgres-table';

const METADATA = ['tenant_id', 'correlation_id', 'causation_id', 'headers', 'user_name', 'mt_dotnet_type'];

/** The options of `martenEvents`. */
export interface MartenOptions extends ForeignPlace {
  /**
   * How Marten appends: `EventAppendMode.Quick` or `QuickWithServerTimestamps`. In the mode `Rich` it draws positions before
   * the transaction begins that writes the events, and no reader can know whether one is still to come.
   */
  readonly appendMode: 'quick';
  /** Columns of `mt_events` for the metadata of events; Marten has most of them only where it is told to. @default ['tenant_id'] */
  readonly metadata?: readonly string[];
}

/**
 * The events that Marten keeps (`mt_events`), without those that it writes into holes of its own (tombstones). When
 * the application starts, the source throws `UnsuitableTableError`, `UnsafeSequenceError`, `SequenceNotReadableError`
 * or `UnknownDataSourceError`.
 *
 * @throws InvalidArgumentError when an option cannot be right, as an `appendMode` other than `'quick'`
 *
 * @example
 * ```ts
 * ProjectionModule.forRoot({ sources: { shop: martenEvents({ dataSource: 'marten', appendMode: 'quick' }) } });
 * ```
 *
 * @publicApi
 */
export function martenEvents(given: MartenOptions): EventSource {
  const { appendMode, metadata = ['tenant_id'], ...place } = given ?? {};
  if ((appendMode as unknown) !== 'quick')
    throw new InvalidArgumentError(
      'martenEvents',
      `appendMode must be 'quick', not ${show(appendMode)}: in the mode Rich, Marten draws positions before the transaction ` +
        'begins that writes the events, and no reader can know whether one is still to come. Have Marten append with ' +
        'EventAppendMode.Quick or QuickWithServerTimestamps',
    );
  checkOptions('martenEvents', { metadata }, { metadata: listOf(METADATA.join(', '), oneOfThem) });
  const members = metadata.flatMap((name) => [`'${name}'`, name]);
  const options = {
    ...place,
    table: 'mt_events',
    sequence: 'mt_events_sequence',
    columns: {
      position: 'seq_id',
      id: 'id',
      streamId: 'stream_id',
      version: 'version',
      type: 'type',
      data: 'data',
      metadata: { sql: `jsonb_strip_nulls(jsonb_build_object(${members.join(', ')}))` },
      recordedAt: 'timestamp',
    },
  };
  return sourceOf('martenEvents', options, `type = 'tombstone'`);
}

const oneOfThem = (name: unknown): boolean => oneOf(...METADATA)(name) === undefined;
