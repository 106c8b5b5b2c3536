import { Logger } from '@nestjs/common';
import type { ProjectionDefinition, ProjectionSettings } from '../../authoring/projection-definition';
import type { RecordedEvent } from '../../events/recorded-event';
import { describeError } from './describe-error';
import { callKey } from './user-callback';
import { isPromise, leaveUnheard } from '../../async/is-promise';
import { isTransientError } from './transient-error';

type IsTransient = (error: unknown) => boolean;

/** How a projection meets failures. */
export interface FailurePolicy extends Pick<
  ProjectionSettings,
  'attempts' | 'backoff' | 'onError' | 'maxDeadLetters'
> {
  /** @throws HandlerFailedError when it cannot be told, which is the event's failure */
  readonly parkBy: (event: RecordedEvent) => string;
  /** Whether an error passes by itself: by what is known of the database and by what the application says. */
  readonly isTransient: IsTransient;
}

/** @param isTransient what the application says of an error */
export function failurePolicy(definition: ProjectionDefinition, isTransient: IsTransient): FailurePolicy {
  const { name, attempts, backoff, onError, maxDeadLetters, parkBy } = definition;
  const more = answeringForSure(isTransient);
  return {
    attempts,
    backoff,
    onError,
    maxDeadLetters,
    parkBy: (event) => callKey(name, 'parkBy', parkBy, event),
    isTransient: (error) => isTransientError(error, more),
  };
}

const answering = new WeakMap<IsTransient, IsTransient>();

/** A user's `isTransient` that throws, or gives no boolean, has not said yes; that is told once. */
function answeringForSure(isTransient: IsTransient): IsTransient {
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
    if (isPromise(answer)) leaveUnheard(answer);
    if (typeof answer !== 'boolean') tell(`gave ${isPromise(answer) ? 'a promise' : typeof answer}`);
    return answer === true;
  };
  answering.set(isTransient, asked);
  return asked;
}
