/**
 * A time as JSON: microseconds since 1970, or as a text where that would not be exact or there is no such number. Every
 * other form depends on the DateStyle of the session.
 */
export const momentSql = (column: string) => `
  CASE WHEN ${column} BETWEEN '1970-01-01 00:00:00+00' AND '2200-01-01 00:00:00+00'
       THEN (date_part('epoch', ${column}) * 1000000)::bigint::text
       ELSE to_json(${column})::text END`;
