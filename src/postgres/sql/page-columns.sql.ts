import { momentSql } from './moment.sql';

/** What an event is read as. */
export const COLUMNS = 'global_position, id, stream_id, version, type, data, metadata, recorded_at';

/** Only what is stored compressed is unpacked to find out. */
const sizeOf = (
  column: string,
) => `CASE WHEN pg_column_compression(${column}) IS NULL THEN pg_column_size(${column})
                    ELSE octet_length(${column}::text) END`;

/** What an empty object takes. */
const EMPTY = 5;

/** What an event counts for: its payload, and its metadata where there are any. */
export const SIZE = `${sizeOf('data')} + ${sizeOf('metadata')} - ${EMPTY}`;

/** Type by type. */
export const TYPES = `string_agg(to_json(type)::text, ',')`;

/** Events column by column, each as one text, which costs the reader half of what rows would. */
export const aggregatedSql = (types: string) => `
         string_agg(global_position::text, ','), json_agg(id), json_agg(stream_id), string_agg(version::text, ','),
         ${types}, string_agg(data::text, ','), json_agg(NULLIF(metadata, '{}')),
         string_agg(${momentSql('recorded_at')}, ',')`;
