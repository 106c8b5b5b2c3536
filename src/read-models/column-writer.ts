import { localDateText, nestedArrayText, toText } from '../database/to-text';
import { exactText } from './exact-dates';
import { wellFormed } from './stored-text';

export interface WriterParts {
  /** As TypeORM calls it. */
  readonly type: string;
  /** Whether texts go to the database as they are. */
  readonly isPlain: boolean;
  /** What TypeORM makes of a value of the entity. */
  readonly prepare: (value: unknown) => unknown;
  /** The type that the database has told. */
  readonly baseType: () => string;
}

/** Makes of values of a column the texts that PostgreSQL reads them from. */
export function columnWriter({ type, isPlain, prepare, baseType }: WriterParts) {
  const isLocal = /^(date|timestamp( without time zone)?)$/.test(type);
  const element = isLocal
    ? (value: unknown) => (value instanceof Date ? localDateText(value) : toText(value))
    : toText;
  const textOf = (value: unknown): string | null => {
    if (isPlain && typeof value === 'string') return value;
    const prepared = prepare(value);
    if (!(prepared instanceof Date))
      return Array.isArray(prepared) ? nestedArrayText(prepared, element) : toText(prepared);
    // What is no moment to TypeORM may be one to the database.
    if (Number.isNaN(prepared.getTime()) && typeof value === 'string') return value;
    return exactText(prepared, baseType()) ?? element(prepared);
  };
  return (value: unknown): string | null => {
    const text = textOf(value);
    return text === null ? null : wellFormed(text);
  };
}
