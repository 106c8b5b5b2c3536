import { streamOf } from './key-callback';
import type { ProjectionSettings } from './projection-definition';
import type { Backoff, OnError, ProjectionOptions } from './projection-options';

/** The module's settings that a projection may override. */
export interface ProjectionDefaults {
  readonly retry: { readonly attempts: number; readonly backoff: Backoff };
  readonly onError: OnError;
  readonly maxDeadLetters: number;
  readonly handlerTimeoutMs: number;
  /** `undefined` leaves it to the style. */
  readonly batchSize: number | undefined;
}

/** Rows are loaded and saved once for a batch: the larger it is, the fewer for each event. */
const BATCH_SIZE = { transaction: 500, row: 5_000 };

/** What `@Projection` was given, with every default filled in. */
export function settingsOf(
  options: ProjectionOptions,
  style: 'transaction' | 'row',
  defaults: ProjectionDefaults,
): ProjectionSettings {
  const { segmentBy = streamOf, retry = {} } = options;
  return {
    source: options.source,
    startFrom: options.startFrom ?? 'beginning',
    version: options.version ?? 1,
    segments: options.segments ?? 1,
    segmentBy,
    parkBy: options.parkBy ?? segmentBy,
    attempts: retry.attempts ?? defaults.retry.attempts,
    backoff: retry.backoff ?? defaults.retry.backoff,
    // A live projection runs in every instance: each would set the event aside once more.
    onError: options.type === 'live' ? 'stop' : (options.onError ?? defaults.onError),
    maxDeadLetters: options.maxDeadLetters ?? defaults.maxDeadLetters,
    handlerTimeoutMs: options.handlerTimeoutMs ?? defaults.handlerTimeoutMs,
    batchSize: options.batchSize ?? defaults.batchSize ?? BATCH_SIZE[style],
  };
}
