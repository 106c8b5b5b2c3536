/** The types "char" and "char"[], which char and char[] are not. */
const QUOTED = [18, 1002];
/** What was made after the server was initialized has an oid from here on. */
const FIRST_OWN = 16_384;

/**
 * The name of a type by an expression of its oid, to be compared: those of the server come without quotes also where
 * `quote_all_identifiers` is on.
 */
export const typeNameSql = (oid: string): string =>
  `CASE WHEN ${oid} >= ${FIRST_OWN} OR ${oid} IN (${QUOTED.join()}) THEN format_type(${oid}, NULL)
        ELSE replace(format_type(${oid}, NULL), '"', '') END`;
