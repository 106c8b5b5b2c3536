import type { EventMetadata } from '../events/event-metadata';
import type { PageColumns } from '../events/page-event';
import { freezeDeep } from '../events/frozen-event';
import { momentOf } from './moment';

/** Each column of a page as one JSON text, or as a list of numbers without its brackets. */
export interface ColumnTexts {
  readonly positions: string;
  readonly ids: string;
  readonly streamIds: string;
  readonly versions: string;
  readonly metadata: string;
  readonly recordedAt: string;
}

const NO_METADATA: EventMetadata = Object.freeze({});

/** The columns of a page, each decoded as a whole when the first of its values is asked for. */
export class DecodedColumns implements PageColumns {
  private positions: readonly (number | string)[] | undefined;
  private ids: readonly string[] | undefined;
  private streamIds: readonly string[] | undefined;
  private versions: readonly number[] | undefined;
  private metadatas: readonly (EventMetadata | null)[] | undefined;
  private times: readonly (number | string)[] | undefined;
  private readonly dates: Date[] = [];

  constructor(private readonly texts: ColumnTexts) {}

  id(at: number): string {
    return (this.ids ??= JSON.parse(this.texts.ids) as string[])[at]!;
  }

  streamId(at: number): string {
    return (this.streamIds ??= JSON.parse(this.texts.streamIds) as string[])[at]!;
  }

  version(at: number): number {
    return (this.versions ??= JSON.parse(`[${this.texts.versions}]`) as number[])[at]!;
  }

  metadata(at: number): EventMetadata {
    return (this.metadatas ??= metadataOf(this.texts.metadata))[at] ?? NO_METADATA;
  }

  globalPosition(at: number): bigint {
    return BigInt((this.positions ??= positionsOf(this.texts.positions))[at]!);
  }

  /** Made once for each event, for making a date that cannot be set takes longer than all else. */
  recordedAt(at: number): Date {
    this.times ??= JSON.parse(`[${this.texts.recordedAt}]`) as (number | string)[];
    return (this.dates[at] ??= momentOf(this.times[at]!));
  }
}

function metadataOf(text: string): (EventMetadata | null)[] {
  const all = JSON.parse(text) as (EventMetadata | null)[];
  for (const metadata of all) freezeDeep(metadata);
  return all;
}

/** Texts only where numbers would not be exact. */
function positionsOf(column: string): readonly (number | string)[] {
  const last = column.slice(column.lastIndexOf(',') + 1);
  return Number(last) <= Number.MAX_SAFE_INTEGER
    ? (JSON.parse(`[${column}]`) as number[])
    : column.split(',');
}
