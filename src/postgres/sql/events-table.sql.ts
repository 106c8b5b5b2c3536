/** The table of the events, and the sequence that their positions come from. */
export interface EventsTable {
  /** Its qualified name. */
  readonly events: string;
  /** All its rows, by the names of our own columns: the table itself, or a select from somebody else's. */
  readonly rows: string;
  /** Those without what writers put into holes later, as marks that nothing comes there. */
  readonly firm: string;
  /** Those that are events to projections. */
  readonly handled: string;
  /** The type of the ids there. */
  readonly idType: 'uuid' | 'text';
  /** How the column of the positions is called, where that is not by us. */
  readonly column?: string;
  /** Whether writers may draw positions before they lock the table: what they lock then is the sequence. */
  readonly drawsApart: boolean;
  readonly sequence: string;
  /** Who may only use the sequence is not told how it was set when nothing was drawn from it since. */
  readonly maySelect: boolean;
  /** Who asks, for messages. */
  readonly role: string;
}

/** The largest position drawn so far. */
export const sequenceEndSql = ({ sequence, maySelect }: EventsTable) =>
  maySelect
    ? `(SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM ${sequence})`
    : `pg_sequence_last_value(${literal(sequence)}::regclass)`;

/**
 * Whether an event is behind `after`, up to `through`. The order keeps the server to the index: for a mere EXISTS it may
 * walk through the table.
 */
export const isFilledSql = ({ firm }: EventsTable, after: string, through: string) => `
    CASE WHEN ${after}::bigint < ${through}::bigint THEN (
      SELECT true FROM ${firm} WHERE global_position > ${after}::bigint AND global_position <= ${through}::bigint
      ORDER BY global_position LIMIT 1) ELSE false END`;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Whether a row of pg_sequence hands out positions in the order of time. */
const isOrdered = (sequence: string) =>
  `${sequence}.seqcache = 1 AND ${sequence}.seqincrement > 0 AND NOT ${sequence}.seqcycle`;

/** The same of the sequence by its name, which may be altered at any time; NULL where there is none any more. */
export const sequenceIsOrderedSql = ({ sequence }: EventsTable) =>
  `(SELECT ${isOrdered('s')} FROM pg_sequence s WHERE s.seqrelid = ${literal(sequence)}::regclass)`;

/** The sequence behind the identity of $1, what the role may do with it, and what the table has to be. */
export const TABLE_SQL = `
  SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, s.seqcache::text AS cache,
         s.seqincrement > 0 AND NOT s.seqcycle AS grows,
         has_sequence_privilege(s.seqrelid, 'SELECT') AS "maySelect",
         has_sequence_privilege(s.seqrelid, 'USAGE') AS "mayUse", current_user::text AS role,
         (SELECT json_agg(ARRAY(
            SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
          ))
          FROM pg_index i
          WHERE i.indrelid = $1::text::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
            AND 0 <> ALL ((i.indkey::int2[])[0:i.indnkeyatts - 1])) AS uniques
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE s.seqrelid = pg_get_serial_sequence($1::text, 'global_position')::regclass`;
