import type { Type } from '@nestjs/common';
import {
  On,
  OnAny,
  Projection,
  type ProjectionContext,
  type ProjectionOptions,
  type RecordedEvent,
} from 'nestjs-projections';
import type { TestDatabase } from './database';

export interface RecorderOptions extends ProjectionOptions {
  /** @default every type */
  readonly types?: readonly [string, ...string[]];
}

/** What a recorder was given, in the order in which it was given it. */
export interface Recorded {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly replaying: boolean;
}

/** A projection that writes down every event it is given. Nothing keeps it from recording one twice. */
export function recorder({ types, ...options }: RecorderOptions): Type<object> {
  const handles = types ? On(...types) : OnAny();

  @Projection(options)
  class Recorder {
    @handles
    async record(event: RecordedEvent, { manager, replaying }: ProjectionContext) {
      await manager.query(
        'INSERT INTO recorded (projection, position, stream_id, version, type, replaying) VALUES ($1, $2, $3, $4, $5, $6)',
        [options.name, event.globalPosition, event.streamId, event.version, event.type, replaying],
      );
    }
  }
  return Recorder;
}

export async function createRecordedTable(database: TestDatabase): Promise<void> {
  await database.query(`
    CREATE TABLE recorded (
      serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      projection text NOT NULL,
      position bigint NOT NULL,
      stream_id text NOT NULL,
      version bigint NOT NULL,
      type text NOT NULL,
      replaying boolean NOT NULL
    )`);
}

export async function recordedBy(database: TestDatabase, projection: string): Promise<Recorded[]> {
  const rows = await database.query<
    Omit<Recorded, 'position' | 'version'> & { position: string; version: string }
  >(
    `SELECT position, stream_id AS "streamId", version, type, replaying
     FROM recorded WHERE projection = $1 ORDER BY serial`,
    [projection],
  );
  return rows.map((row) =>
    Object.assign(row, { position: Number(row.position), version: Number(row.version) }),
  );
}

export async function positionsRecordedBy(database: TestDatabase, projection: string): Promise<number[]> {
  return (await recordedBy(database, projection)).map(({ position }) => position);
}
