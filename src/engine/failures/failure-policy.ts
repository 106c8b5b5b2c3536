import { Logger } from '@nestjs/common';
import type { Backoff, OnError, ProjectionOptions } from '../../authoring/projection-options';
import type { RecordedEvent } from '../../events/recorded-event';
import { describeError } from './describe-error';
import { callKey, streamOf } from './user-callback';
import { isPromise } from '../../async/is-promise';
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
  /** @throws HandlerFailedError when it cannot be told, which is the event's failure */
  readonly parkBy: (event: RecordedEvent) => string;
  /** Whether an error passes by itself: by what is known of the database and by what the application says. */
  readonly isTransient: (error: unknown) => boolean;
}

export function failurePolicy(options: ProjectionOptions, defaults: FailureDefaults): FailurePolicy {
  const { name, parkBy = options.segmentBy ?? streamOf } = options;
  const more = answeringForSure(defaults.isTransient);
  return {
    attempts: options.retry?.attempts ?? defaults.retry.attempts,
    backoff: options.retry?.backoff ?? defaults.retry.backoff,
    // A live projection runs in every instance: each would set the event aside once more.
    onError: options.type === 'live' ? 'stop' : (options.onError ?? defaults.onError),
    parkBy: (event) => callKey(name, 'parkBy', parkBy, event),
    maxDeadLetters: options.maxDeadLetters ?? defaults.maxDeadLetters,
    isTransient: (error) => isTransientError(error, more),
  };
}

const answering = new WeakMap<FailureDefaults['isTransient'], FailureDefaults['isTransient']>();

/** A user's `isTransient` that throws, or gives no boolean, has not said yes; that is told once. */
function answeringForSure(isTransient: FailureDefaults['isTransient']): FailureDefaults['isTransient'] {
  const known = answering.get(isTransient);
  if (known) return known;
  let told = false;
  const tell = (problem: string) => {
    if (!told)
      new Logger('Projection').warn(
        `The option isTransient ${problem}, which counts as false: let it return true or false for whatever is thrown.`,
      );
    told = true;
  };
  const asked = (error: unknown): boolean => {
    let answer: unknown;
    try {
      answer = isTransient(error);
    } catch (thrown) {
      tell(`threw ${describeError(thrown)}`);
      return false;
    }
    if (isPromise(answer)) answer.then(undefined, () => undefined);
    if (typeof answer !== 'boolean') tell(`gave ${isPromise(answer) ? 'a promise' : typeof answer}`);
    return answer === true;
  };
  answering.set(isTransient, asked);
  return asked;
}
