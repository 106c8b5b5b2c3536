import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  ConflictException,
  type HttpException,
  NotFoundException,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { EventIdReusedError, InvalidEventError, WrongExpectedVersionError } from 'nestjs-projections';
import { DomainError, UnknownAggregateError } from '../write-side/domain.errors';

/** Says in HTTP what a command or the event store refused. */
@Catch(DomainError, InvalidEventError, WrongExpectedVersionError, EventIdReusedError)
export class ErrorFilter extends BaseExceptionFilter {
  override catch(error: Error, host: ArgumentsHost): void {
    // oxlint-disable-next-line promise/valid-params -- the catch of a filter, not of a promise
    super.catch(toHttp(error), host);
  }
}

function toHttp(error: Error): HttpException {
  if (error instanceof InvalidEventError) return new BadRequestException(error.message);
  if (error instanceof UnknownAggregateError) return new NotFoundException(error.message);
  return new ConflictException(error.message);
}
