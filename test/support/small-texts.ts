/** What one text may hold, in place of a gigabyte. */
const MOST = 100;

/** Has what reads pages fail as where they, or one event, are more than a server can hold; to be run by a test database. */
export const SMALL_TEXTS = `
  CREATE FUNCTION join_within(state text, value text, delimiter text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    IF length(coalesce(state, '')) + length(value) > ${MOST} THEN
      RAISE program_limit_exceeded USING MESSAGE = 'out of memory', DETAIL = 'Cannot enlarge string buffer.';
    END IF;
    RETURN concat(state || delimiter, value);
  END $$;
  CREATE AGGREGATE public.string_agg(text, text) (sfunc = join_within, stype = text);
  CREATE FUNCTION public.octet_length(value text) RETURNS int LANGUAGE plpgsql AS $$
  BEGIN
    RAISE program_limit_exceeded USING MESSAGE = 'out of memory';
  END $$`;

/** The address of the database for an application that meets them: they go before what PostgreSQL has. */
export function withSmallTexts(url: string): string {
  const address = new URL(url);
  address.searchParams.set('options', '-c search_path=public,pg_catalog');
  return address.href;
}
