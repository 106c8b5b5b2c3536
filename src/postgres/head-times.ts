import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { timedQuery } from '../database/timed-query';
import { headTimesSql } from './sql/head-times.sql';

/** How exact the time is that a waiting event is said to have waited, where its own time says nothing. */
const EVERY_MS = 5_000;

/**
 * Writes down now and then where the store ended, for all processes to know since when an event could have been applied:
 * imported events have the time at which they happened elsewhere.
 */
export class HeadTimes {
  private readonly logger = new Logger(HeadTimes.name);
  private writtenAt = -Infinity;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    /** Its qualified name. */
    readonly table: string,
  ) {}

  /** To be called after each look; it does not keep the caller waiting. */
  note(settled: bigint): void {
    if (this.writing || performance.now() - this.writtenAt < EVERY_MS) return;
    this.writtenAt = performance.now();
    this.writing = timedQuery(this.dataSource, headTimesSql(this.table), [settled, EVERY_MS])
      .then(
        () => undefined,
        // Lag in seconds goes by the times of the events then.
        (error: Error) => this.logger.debug(`Cannot note where the store ends: ${error.message}`),
      )
      .finally(() => (this.writing = undefined));
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.writing;
  }
}
