import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TestDatabase } from '../support/database';

/** A row for each stream: how many events it has had. Anything skipped or applied twice shows. */
@Entity('counters')
export class Counter {
  @PrimaryColumn('text', { name: 'stream_id' })
  streamId!: string;

  @Column('int')
  events!: number;

  @Column('bigint', { name: 'last_position' })
  lastPosition!: string;
}

export const COUNTERS_TABLE =
  'CREATE TABLE counters (stream_id text PRIMARY KEY, events int NOT NULL, last_position bigint NOT NULL)';

export const countedRows = (database: TestDatabase) =>
  database.query('SELECT stream_id, events, last_position FROM counters ORDER BY stream_id');

/** What the rows must be, by one query over the events. */
export const foldedRows = (database: TestDatabase) =>
  database.query(
    `SELECT stream_id, count(*)::int AS events, max(global_position) AS last_position
     FROM events GROUP BY stream_id ORDER BY stream_id`,
  );
