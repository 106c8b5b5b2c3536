import { type DataSource, QueryFailedError } from 'typeorm';
import { MissingPrivilegesError } from './missing-privileges.error';
import { schemaOf } from './table-name';

/** What PostgreSQL says where a right is missing: of an object, or of every schema in the search path. */
const REFUSALS = new Set(['42501', '3F000']);

const WHO_SQL = `
  SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,
         quote_ident(coalesce($1, current_schema(), 'public')) AS schema`;

interface Who {
  readonly role: string;
  readonly database: string;
  readonly schema: string;
}

/**
 * Names the missing right where the database refuses to let the module make, change or look at its tables.
 * @throws MissingPrivilegesError, or what `work` throws
 */
export async function explainPrivileges(dataSource: DataSource, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    const { code, message } = error.driverError as Error & { code?: string };
    if (!REFUSALS.has(code ?? '')) throw error;
    const [who] = await dataSource.query<[Who]>(WHO_SQL, [schemaOf(dataSource)]);
    throw new MissingPrivilegesError(
      who.role,
      `make, change or look at the tables of nestjs-projections: ${message}`,
      `Let the owner of the database run: ${remedyFor(error.query, message, who)} Or, where the application is to ` +
        'make no tables, run projectionMigrations as the role that owns them and give ProjectionModule migrate: false.',
      { cause: error },
    );
  }
}

function remedyFor(sql: string, message: string, { role, database, schema }: Who): string {
  if (sql.startsWith('CREATE SCHEMA')) return `GRANT CREATE ON DATABASE ${database} TO ${role};`;
  const table = /must be owner of (?:table|relation) (.+)/.exec(message)?.[1];
  if (table !== undefined) return `ALTER TABLE ${schema}.${table} OWNER TO ${role};`;
  const relation = /permission denied for (?:table|relation) (.+)/.exec(message)?.[1];
  if (relation !== undefined) return `GRANT SELECT, INSERT ON ${schema}.${relation} TO ${role};`;
  return `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role};`;
}
