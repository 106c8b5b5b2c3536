import { Logger } from '@nestjs/common';
import type { QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from '../../database/client-config';
import { quoted } from '../../database/identifiers';
import { STATEMENT_TIMEOUT_MS, timedQuery } from '../../database/timed-query';
import { SequenceNotReadableError } from '../../events/store-state.errors';
import type { EventsTable } from '../../postgres/sql/events-table.sql';
import { UnsafeSequenceError } from '../../postgres/unsafe-sequence.error';
import { selectAsOurs } from './foreign-columns';
import { FOREIGN_TABLE_SQL } from './foreign-table.sql';
import type { ForeignTable } from './foreign-table';
import { UnsuitableTableError } from './unsuitable-table.error';

const logger = new Logger('ForeignTable');

interface FoundTable {
  readonly kind: string;
  readonly positionType: string | null;
  readonly role: string;
  readonly sequence: string | null;
  readonly cache: string;
  readonly grows: boolean;
  readonly maySelect: boolean;
  readonly mayUse: boolean;
  readonly mayRead: boolean;
  readonly hasChildren: boolean;
  readonly indexed: boolean;
}

/** Types of columns, as `pg` gives them. */
const TYPES = {
  data: { oids: [114, 3802], called: 'json or jsonb' },
  version: { oids: [20, 21, 23], called: 'a whole number' },
  recorded_at: { oids: [1184], called: 'timestamptz' },
};

/**
 * Looks for the table and its sequence, and checks what never missing an event depends on.
 * @throws UnsuitableTableError, UnsafeSequenceError, SequenceNotReadableError
 */
export async function findForeignTable(
  dataSource: DataSource,
  { table, columns, sequence, where, fillers }: ForeignTable,
): Promise<EventsTable> {
  const values = [table, columns.position, sequence ?? null];
  const [found] = await timedQuery<FoundTable>(dataSource, FOREIGN_TABLE_SQL, values);
  if (!found)
    throw new UnsuitableTableError(table, 'there is none', 'check its name, its schema and the data source');
  checkFound(table, columns.position, found);
  const isFirm = fillers && `NOT (${fillers})`;
  const isEvent = [where && `(${where})`, isFirm].filter(Boolean).join(' AND ');
  const handled = selectAsOurs(columns, table, isEvent);
  await checkColumns(dataSource, table, handled);
  const column = quoted(columns.position);
  if (!found.indexed)
    logger.warn(
      `${table} has no index that begins with ${column}, and every look at it reads all of it. Run: CREATE INDEX ON ` +
        `${table} (${column})`,
    );
  const { maySelect, role } = found;
  return {
    events: table,
    rows: selectAsOurs(columns, table),
    firm: selectAsOurs(columns, table, isFirm),
    handled,
    idType: 'text',
    column,
    drawsApart: true,
    sequence: found.sequence!,
    maySelect,
    role,
  };
}

function checkFound(table: string, position: string, found: FoundTable): void {
  const { kind, positionType, role, sequence, cache, grows, maySelect, mayUse, mayRead, hasChildren } = found;
  const fail = (problem: string, next: string) => {
    throw new UnsuitableTableError(table, problem, next);
  };
  if (kind !== 'r' && kind !== 'p')
    fail('it is no table, and so nobody locks it who writes', 'name the table that is written to');
  if (hasChildren)
    fail('it has children by INHERITS, which are written by themselves', 'name a table without them');
  if (!mayRead) fail(`the role "${role}" may not read it`, `run: GRANT SELECT ON ${table} TO "${role}"`);
  if (positionType === null) fail(`it has no column "${position}"`, 'correct columns.position');
  if (positionType !== 'bigint' && positionType !== 'integer')
    fail(
      `its column "${position}" is of type ${positionType}, not bigint or integer`,
      'name the column that a sequence fills',
    );
  if (sequence === null)
    fail(
      `no sequence is known that fills "${position}"`,
      'give its name as the option sequence; without a sequence nothing says which events are still to come',
    );
  if (cache !== '1' || !grows) throw new UnsafeSequenceError(sequence!, cache);
  if (!maySelect && !mayUse) throw new SequenceNotReadableError(sequence!, role);
}

/** Whether all columns are there, and of types that can be read. */
async function checkColumns(dataSource: DataSource, table: string, rows: string): Promise<void> {
  const text = `SELECT * FROM ${rows} LIMIT 0`;
  const query = { text, query_timeout: STATEMENT_TIMEOUT_MS };
  const { fields }: QueryResult = await poolOf(dataSource)
    .query(query)
    .catch((error: unknown) => {
      if (!isMistaken(error)) throw error;
      throw new UnsuitableTableError(table, (error as Error).message, 'correct columns and where');
    });
  for (const [name, { oids, called }] of Object.entries(TYPES)) {
    const type = fields.find((field) => field.name === name)!.dataTypeID;
    if (!oids.includes(type))
      throw new UnsuitableTableError(
        table,
        `what is given for ${name} is not ${called}`,
        "correct columns, as by an expression: { sql: '...' }",
      );
  }
}

/** Syntax, names and types, and nothing that passes by itself. */
function isMistaken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('42') && code !== '42501';
}
