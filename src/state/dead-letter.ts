import type { RecordedEvent } from '../events/recorded-event';

/** An event a projection could not apply, or that waits behind one. */
export interface DeadLetter {
  /** Names it in the `ids` of a `DeadLetterFilter`. */
  readonly id: string;
  readonly projection: string;
  readonly segment: number;
  /** `waiting` events were never tried: they stand behind a failed one of the same parked stream. */
  readonly state: 'failed' | 'waiting';
  /** The stream, or the key of `parkBy`, that is parked; `undefined` where the rest went on without the event. */
  readonly parkedBy: string | undefined;
  readonly event: RecordedEvent;
  readonly errorClass: string | undefined;
  readonly errorMessage: string | undefined;
  readonly errorStack: string | undefined;
  /** Whether the event was history when it was set aside: a retry replays it, without effects. */
  readonly replaying: boolean;
  /** How often the event was tried. */
  readonly attempts: number;
  readonly firstFailedAt: Date | undefined;
  readonly lastFailedAt: Date | undefined;
  /** The instance that set it aside. */
  readonly instance: string;
}

/** Which dead letters are meant: those that fit all members given. @default all of the projection */
export interface DeadLetterFilter {
  readonly ids?: readonly string[];
  readonly streamId?: string;
  readonly type?: string;
}

export interface FailureRecord {
  readonly errorClass: string;
  readonly errorMessage: string;
  readonly errorStack: string | undefined;
  readonly attempts: number;
}
