import type { CustomTypesConfig } from 'pg';

/** Leaves every value as PostgreSQL wrote it: what becomes of it is decided by the reader, column by column. */
export const AS_WRITTEN: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };
