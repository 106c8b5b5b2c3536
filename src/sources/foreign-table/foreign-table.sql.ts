/**
 * The table $1 with its column $2 of positions, and the sequence that fills it: $3, or the column's own, or the one that its
 * default draws from. One row, where there is such a table.
 */
export const FOREIGN_TABLE_SQL = `
  SELECT c.relkind::text AS kind, a.atttypid::regtype::text AS "positionType", current_user::text AS role,
         quote_ident(n.nspname) || '.' || quote_ident(s.relname) AS sequence, q.seqcache::text AS cache,
         q.seqincrement > 0 AND NOT q.seqcycle AS grows,
         has_sequence_privilege(s.oid, 'SELECT') AS "maySelect", has_sequence_privilege(s.oid, 'USAGE') AS "mayUse",
         has_table_privilege(c.oid, 'SELECT') AS "mayRead",
         c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS "hasChildren",
         EXISTS (
           SELECT FROM pg_index i
           WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum
         ) AS indexed
  FROM pg_class c
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $2::text AND NOT a.attisdropped
  LEFT JOIN pg_class s ON s.relkind = 'S' AND s.oid = coalesce(
    to_regclass($3::text)::oid,
    (SELECT d.objid
     FROM pg_depend d
     JOIN pg_class owned ON owned.oid = d.objid AND owned.relkind = 'S'
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
       AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i') LIMIT 1),
    (SELECT d.refobjid
     FROM pg_attrdef f
     JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
     JOIN pg_class drawn ON drawn.oid = d.refobjid AND drawn.relkind = 'S'
     WHERE f.adrelid = c.oid AND f.adnum = a.attnum LIMIT 1)
  )
  LEFT JOIN pg_namespace n ON n.oid = s.relnamespace
  LEFT JOIN pg_sequence q ON q.seqrelid = s.oid
  WHERE c.oid = to_regclass($1::text)`;
