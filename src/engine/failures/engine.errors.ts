import { ProjectionError } from '../../events/projection.error';
import { plainEvent } from '../../events/frozen-event';
import type { RecordedEvent } from '../../events/recorded-event';
import type { Witness } from '../../events/witness';
import { describeError } from './describe-error';

/** What became of an event that could not be applied, and so what helps. */
export type FailureConsequence = 'stopped' | 'set-aside' | 'append-refused';

const NEXT: Record<FailureConsequence, (event: RecordedEvent) => string> = {
  stopped: ({ globalPosition }) =>
    'Nothing the event wrote was kept. Next: fix the handler or the data, then resume the projection; or skip ' +
    `position ${globalPosition} with a reason.`,
  'set-aside': () =>
    'Nothing the event wrote was kept; it is a dead letter. Next: fix the handler or the data, then retry the dead ' +
    'letter (retryDeadLetters); or discard it with a reason (discardDeadLetters).',
  'append-refused': () =>
    'The append was refused with it, and nothing was stored. Next: tell whoever asked for it; or fix the handler or ' +
    'the data, and append again.',
};

/** What failed besides handlers, which are given by their method's name. */
export const AT_COMMIT = 'commit';
const CALLBACKS = new Set([AT_COMMIT, 'segmentBy', 'parkBy']);
const KEY_OF = 'the key of ';

/** The key function of a row handler, as what failed. */
export const keyOf = (method: string): string => KEY_OF + method;

/**
 * An event could not be applied: its handler, or another function of the projection, threw, or the database refused
 * what it wrote. `cause` is what was thrown.
 */
export class HandlerFailedError extends ProjectionError {
  readonly event: RecordedEvent;

  /** @param method the handler's name, or what else failed: `the key of` a handler, `segmentBy`, `parkBy`, `commit` of all */
  constructor(
    readonly projection: string,
    readonly method: string,
    event: RecordedEvent,
    cause: unknown,
    consequence: FailureConsequence = 'stopped',
  ) {
    super(
      `Projection "${projection}" failed ${placeOfFailure(method)} ${placeOf(event)}: ${describeError(cause)}. ` +
        NEXT[consequence](event),
      { cause },
    );
    this.event = plainEvent(event);
  }

  /** The same failure with the advice that helps after what became of the event. */
  as(consequence: FailureConsequence): HandlerFailedError {
    return new HandlerFailedError(this.projection, this.method, this.event, this.cause, consequence);
  }
}

function placeOfFailure(method: string): string {
  if (method === AT_COMMIT) return 'at the commit of';
  if (method.startsWith(KEY_OF)) return `in ${method}() on`;
  return CALLBACKS.has(method) ? `in its ${method} on` : `in ${method}() on`;
}

/** A projection waits to try again what failed: until it passes, or as often as an event may be tried. */
export class RetryingError extends ProjectionError {
  readonly at = new Date();

  /**
   * @param position where the projection stands, if it got to know
   * @param attempts how often an event is tried that is to blame itself; `undefined` where something else is
   */
  constructor(projection: string, position: bigint | undefined, cause: unknown, attempts?: number) {
    const failed = cause instanceof HandlerFailedError ? cause : undefined;
    const place = failed ? placeOf(failed.event) : `what follows position ${position ?? 'unknown'}`;
    super(
      `Projection "${projection}" waits to try ${place} again: ${describeError(failed ? failed.cause : cause)}. ` +
        (attempts === undefined
          ? 'Nothing was lost. Next: nothing, it goes on by itself once that passes; if it lasts, look at the ' +
            'database and at what the handler calls.'
          : `It is tried ${attempts} times in all (retry.attempts), and what follows waits for it. Next: nothing if ` +
            'it passes by itself; else fix the handler or the data.'),
      { cause },
    );
  }
}

/** A handler did not end in time. Its signal was aborted and its statement cancelled. */
export class HandlerTimeoutError extends ProjectionError {
  constructor(timeoutMs: number) {
    super(
      `the handler did not end within ${timeoutMs} ms; let it heed context.signal, make it faster, ` +
        'or raise handlerTimeoutMs',
    );
  }
}

/** So many events failed that setting aside one more would hide that something is broken. */
export class TooManyDeadLettersError extends ProjectionError {
  constructor(projection: string, limit: number, cause: HandlerFailedError) {
    super(
      `Projection "${projection}" has ${limit} failed dead letters already (maxDeadLetters) and stopped before one ` +
        `more. Next: mend the cause, retry or discard the dead letters, and resume. The last: ${cause.message}`,
      { cause },
    );
  }
}

/** An owner could not do what was ordered. */
export class CommandFailedError extends ProjectionError {
  constructor(projection: string, command: string, problem: string) {
    super(`Projection "${projection}" could not ${command}: ${problem}.`);
  }
}

/** No running instance took up an order in time. */
export class NoOwnerError extends ProjectionError {
  constructor(projection: string, command: string, timeoutMs: number) {
    super(
      `No instance that runs projection "${projection}" took up the order to ${command} within ${timeoutMs} ms: ` +
        'start one that runs it (see the option run), and give the order again.',
    );
  }
}

/** What is wanted of a projection cannot be stored where no instance has made its row yet. */
export class ProjectionNotRegisteredError extends ProjectionError {
  constructor(
    readonly projection: string,
    operation: 'pause' | 'resume',
  ) {
    super(
      `Projection "${projection}" cannot be ${operation}d: no instance has registered it yet, so nothing was changed. ` +
        'Next: start one and ask again; if one is running, look at the status of the projection for an error.',
    );
  }
}

/** A projection that stopped, as stored by whichever instance it stopped on. */
export class ProjectionStoppedError extends ProjectionError {
  constructor(
    readonly projection: string,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody declared a projection of that name. */
export class UnknownProjectionError extends ProjectionError {
  constructor(name: string, known: readonly string[]) {
    super(
      `There is no projection "${name}" here. Known are: ${known.join(', ') || 'none'}. ` +
        'Check the name, and that a module of this application provides the class.',
    );
  }
}

/** The operation makes no sense for a projection of that kind. */
export class UnsupportedOperationError extends ProjectionError {
  constructor(operation: string, projection: string, why: string) {
    super(`Projection "${projection}" cannot ${operation}: ${why}.`);
  }
}

/** A projection did not get where it was waited for in time. */
export class WaitTimeoutError extends ProjectionError {
  /** @param state what it is doing instead, in words */
  constructor(
    projection: string,
    wanted: bigint,
    reached: bigint | undefined,
    timeoutMs: number,
    state = 'it is running',
  ) {
    super(
      `Projection "${projection}" did not reach position ${wanted} within ${timeoutMs} ms; it is at ` +
        `${reached ?? 'no known position'}, and ${state}. ` +
        'Look at its status for an error or a lag, or wait longer.',
    );
  }
}

/** The store ends before a stored checkpoint: it was emptied, or restored from an older copy. */
export class CheckpointBeyondStoreError extends ProjectionError {
  constructor(projection: string, position: bigint, head: bigint) {
    super(
      `Projection "${projection}" has its checkpoint at position ${position}, but the store ends at ${head}: ` +
        'the events were restored or removed without the read model. Rebuild the projection.',
    );
  }
}

/** The store has another event where a projection has seen one: it was emptied, or restored, and has grown again since. */
export class CheckpointOfAnotherStoreError extends ProjectionError {
  /** @param there the event that the store has instead of the witness, or has behind it where none was */
  constructor(projection: string, checkpoint: bigint, { position, id }: Witness, there: Witness) {
    const where =
      there.position === position
        ? `where the store has event ${there.id}`
        : `and nothing behind it, where the store has no longer that event, but event ${there.id} at position ${there.position}`;
    super(
      `Projection "${projection}" has its checkpoint at position ${checkpoint} of another store: it has seen event ${id} ` +
        `at position ${position}, ${where}. The events were restored or removed without the ` +
        'read model, and others have taken their places, which were never applied. Rebuild the projection; or restore ' +
        'the events that it has seen, and resume it.',
    );
  }
}

/** A projection is to start from a position, or a date, that the store has not got to. */
export class BeginningBeyondStoreError extends ProjectionError {
  constructor(projection: string, startFrom: bigint | Date, head: bigint) {
    super(
      typeof startFrom === 'bigint'
        ? `Projection "${projection}" is to start from position ${startFrom}, but the store ends at ${head}: ` +
            "give startFrom a position that the store has, or 'head'."
        : `Projection "${projection}" is to start from ${startFrom.toISOString()}, which is still to come for the store, and ` +
            "what is recorded before then has no end yet: give startFrom a date that has passed, or 'head'.",
    );
  }
}

/** Appends that are open keep it from being known what is history to a projection that is new. */
export class BeginningUnsettledError extends ProjectionError {
  /** SQLSTATE of what passes by itself. */
  readonly code = '57P03';

  constructor(projection: string) {
    super(
      `Projection "${projection}" is new and waits to begin until the appends that are open now have ended: what they ` +
        'store lies before what is history to it. It goes on by itself; if it lasts, look for a transaction that stays open.',
    );
  }
}

/** A read model that a projection declares is not known to the data source. */
export class UnknownReadModelError extends ProjectionError {
  constructor(projection: string, entity: string) {
    super(
      `Projection "${projection}" declares the read model ${entity}, which is no entity of its data source: ` +
        'add it to entities, or import TypeOrmModule.forFeature with it where autoLoadEntities is on.',
    );
  }
}

function placeOf({ type, globalPosition, streamId, version }: RecordedEvent): string {
  return `${type} at position ${globalPosition} (stream "${streamId}", version ${version})`;
}

/** A handler ended the transaction that it was given, which also moves the checkpoint. */
export class TransactionEndedError extends ProjectionError {
  /** @param mayHaveCommitted whether what events before it wrote may be stored, and so cannot be applied again */
  constructor(
    statement: string,
    readonly mayHaveCommitted: boolean,
  ) {
    super(
      `it sent ${statement}, and the transaction is not its own: it also moves the checkpoint. Leave BEGIN, COMMIT and ` +
        'ROLLBACK to the module; throw to have nothing kept, or use manager.transaction() for a savepoint' +
        (mayHaveCommitted
          ? '. What its batch had written may be stored without the rest: fix the handler and rebuild the projection'
          : ''),
    );
  }
}

/** A handler sent a statement after it had returned: a promise that it made was not awaited. */
export class UnawaitedHandlerError extends ProjectionError {
  /** @param isOver whether the transaction had ended, so that what the statement meant to write is lost */
  constructor(isOver: boolean) {
    super(
      'it sent a statement after it had returned, which nobody waits for: await every promise in it, and use ' +
        'for...of or Promise.all instead of forEach(async ...)' +
        (isOver ? '. What it meant to write is missing: fix the handler and rebuild the projection' : ''),
    );
  }
}

/** Something failed again and again that is no event's failure and that the module does not know to pass by itself. */
export class UnexpectedFailureError extends ProjectionError {
  constructor(projection: string, position: bigint | undefined, tries: number, cause: unknown) {
    super(
      `Projection "${projection}" stopped at position ${position ?? 'unknown'} after ${tries} tries, all of which failed ` +
        `with what is not known to pass by itself: ${describeError(cause)}. Nothing was lost. Next: remove the cause, ` +
        'then resume the projection; if it passes by itself, say so by isTransient.',
      { cause },
    );
  }
}
