import type { Backoff, OnError, ProjectionOptions } from '../authoring/projection-options';
import type { RecordedEvent } from '../events/recorded-event';
import { isTransientError } from './transient-error';

/** The module's settings that a projection may override. */
export interface FailureDefaults {
  readonly retry: { readonly attempts: number; readonly backoff: Backoff };
  readonly onError: OnError;
  readonly maxDeadLetters: number;
  readonly isTransient: (error: unknown) => boolean;
}

/** How a projection meets failures, with all defaults filled in. */
export interface FailurePolicy extends Omit<FailureDefaults, 'retry' | 'isTransient'> {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly parkBy: (event: RecordedEvent) => string;
  /** Whether an error passes by itself: by what is known of the database and by what the application says. */
  readonly isTransient: (error: unknown) => boolean;
}

export function failurePolicy(options: ProjectionOptions, defaults: FailureDefaults): FailurePolicy {
  return {
    attempts: options.retry?.attempts ?? defaults.retry.attempts,
    backoff: options.retry?.backoff ?? defaults.retry.backoff,
    onError: options.onError ?? defaults.onError,
    parkBy: options.parkBy ?? ((event) => event.streamId),
    maxDeadLetters: options.maxDeadLetters ?? defaults.maxDeadLetters,
    isTransient: (error) => isTransientError(error, defaults.isTransient),
  };
}
