import {
  OnAny,
  type OnError,
  Projection,
  type ProjectionContext,
  type ProjectionOptions,
  type RecordedEvent,
} from 'nestjs-projections';
import type { Type } from '@nestjs/common';

export const LOG_TABLE = `CREATE TABLE log (
  serial bigint GENERATED ALWAYS AS IDENTITY, stream_id text, version int CHECK (version < 1000000), position bigint)`;

/** What a test tells the handler to do about an event. */
export type Fault = (event: RecordedEvent, context: ProjectionContext) => unknown;

/** A projection that writes two rows for each event with the fault in between, so that partial writes show. */
export function logProjection(
  onError: OnError | undefined,
  fault: { now: Fault },
  options: Partial<ProjectionOptions> = {},
): Type<object> {
  @Projection({ name: 'log', onError, retry: { attempts: 2, backoff: { minMs: 1, maxMs: 2 } }, ...options })
  class LogProjection {
    @OnAny()
    async any(event: RecordedEvent, context: ProjectionContext) {
      const row = [event.streamId, event.version, event.globalPosition];
      const insert = 'INSERT INTO log (stream_id, version, position) VALUES ($1, $2, $3)';
      await context.manager.query(insert, row);
      await fault.now(event, context);
      await context.manager.query(insert, row);
    }
  }
  return LogProjection;
}
