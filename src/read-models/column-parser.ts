import type { ClientBase } from 'pg';
import type { ColumnType } from './column-type';
import { rememberExact } from './exact-dates';

type Parser = (text: string) => unknown;

const DAY = '2024-01-02';

/** As the client reads a type, but for dates without a time, which it makes local midnights of, and finer than a millisecond. */
export function parserOf({ base, oid }: ColumnType, client: ClientBase): Parser {
  const parse = client.getTypeParser(oid, 'text') as Parser;
  if (base === 'date') return parse(DAY) instanceof Date ? (text) => text : parse;
  if (!base.startsWith('timestamp') || base.endsWith('[]')) return parse;
  return (text) => {
    const date = parse(text);
    rememberExact(date, text, base);
    return date;
  };
}
