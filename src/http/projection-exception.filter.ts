import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Inject,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HandlerFailedError } from '../engine/failures/handler-failed.error';
import { WaitTimeoutError } from '../engine/failures/operation.errors';
import { EventIdReusedError } from '../events/event-id-reused.error';
import { WrongExpectedVersionError } from '../events/wrong-expected-version.error';

const RETRY_AFTER_SECONDS = 1;

/**
 * Answers requests that failed for a reason that the client can do something about, on Express and Fastify alike:
 *
 * | error                                             | status                                                    |
 * | ------------------------------------------------- | --------------------------------------------------------- |
 * | `WrongExpectedVersionError`, `EventIdReusedError` | 409: read again, decide again                             |
 * | `HandlerFailedError` of an inline projection      | 422, or what an `HttpException` thrown by the handler says |
 * | `WaitTimeoutError`                                | 503 with `Retry-After`, in seconds                        |
 *
 * Outside of HTTP it throws the error that it caught.
 *
 * @example
 * ```ts
 * const filter: Provider = { provide: APP_FILTER, useClass: ProjectionExceptionFilter };
 * ```
 *
 * @publicApi
 */
@Catch(WrongExpectedVersionError, EventIdReusedError, HandlerFailedError, WaitTimeoutError)
export class ProjectionExceptionFilter implements ExceptionFilter<Error> {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(error: Error, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const { httpAdapter } = this.host;
    const response: unknown = host.getArgByIndex(1);
    if (httpAdapter.isHeadersSent(response)) return httpAdapter.end(response) as void;
    const answer = answerTo(error);
    if (error instanceof WaitTimeoutError)
      httpAdapter.setHeader(response, 'Retry-After', String(RETRY_AFTER_SECONDS));
    httpAdapter.reply(response, answer.getResponse(), answer.getStatus());
  }
}

function answerTo(error: Error): HttpException {
  if (error instanceof HandlerFailedError) return refusal(error.cause);
  if (error instanceof WaitTimeoutError)
    return say(
      HttpStatus.SERVICE_UNAVAILABLE,
      'Service Unavailable',
      'What was written is not shown yet: try again.',
    );
  return say(HttpStatus.CONFLICT, 'Conflict', error.message);
}

/** What the handler threw is the reason; what the database or a library threw is none of the client's business. */
function refusal(cause: unknown): HttpException {
  if (cause instanceof HttpException) return cause;
  const plain = cause instanceof Error && !('driverError' in cause);
  return say(
    HttpStatus.UNPROCESSABLE_ENTITY,
    'Unprocessable Entity',
    plain ? cause.message : 'The change was refused.',
  );
}

function say(statusCode: number, error: string, message: string): HttpException {
  return new HttpException({ statusCode, error, message }, statusCode);
}
