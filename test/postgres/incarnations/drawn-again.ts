import type { TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

const SEQUENCE = `pg_get_serial_sequence('events', 'global_position')`;

/** Draws positions as appends do that are rolled back. */
export async function drawInVain(database: TestDatabase, count: number): Promise<void> {
  await database.query(`SELECT nextval(${SEQUENCE}) FROM generate_series(1, $1)`, [count]);
}

/** SQL: has the sequence go on behind `end`, and appends events of a new stream; all at once where it is sent as one text. */
export const drawAgainSql = (end: number, count: number, type = 'Happened'): string => `
  SELECT setval(${SEQUENCE}, ${end});
  INSERT INTO events (id, stream_id, version, type, data)
  SELECT gen_random_uuid(), 'again', n, '${type}', '{}' FROM generate_series(1, ${count}) n`;

export async function setSequence(database: TestDatabase, end: number): Promise<void> {
  await database.query(`SELECT setval(${SEQUENCE}, $1)`, [end]);
}

/** Resolves when all checkpoints are there; over what nobody handles they are written once a second. */
export async function allStored(database: TestDatabase, position: number): Promise<void> {
  await eventually(async () => {
    const rows = await database.query<{ position: string }>('SELECT position FROM projection_checkpoints');
    expect(new Set(rows.map((row) => Number(row.position)))).toEqual(new Set([position]));
  });
}
