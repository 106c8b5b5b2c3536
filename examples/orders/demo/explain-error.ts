import { DemoError } from './demo-error';

/** What went wrong in reaching or using the user's own database, by error code of Node.js or PostgreSQL. */
const DATABASE_REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'No PostgreSQL answers at DATABASE_URL. Start it, or unset DATABASE_URL to use the embedded one.',
  ENOTFOUND:
    'The host in DATABASE_URL is not known. Correct it, or unset DATABASE_URL to use the embedded one.',
  ETIMEDOUT: 'PostgreSQL at DATABASE_URL does not answer. Check host and port, or unset DATABASE_URL.',
  '28P01': 'PostgreSQL refuses the password in DATABASE_URL. Correct it.',
  '28000': 'PostgreSQL refuses the user in DATABASE_URL. Correct it, or allow it in pg_hba.conf.',
  '3D000': 'The database in DATABASE_URL does not exist. Create it: createdb <name>.',
  '42501': 'The user in DATABASE_URL may not do this. Grant it, or give the owner of the database.',
  '53300': 'PostgreSQL has no connection left. Close some clients, or raise max_connections.',
};

const OTHERWISE = 'DEBUG=1 npm run demo shows more, npm run demo -- --fresh begins anew.';

/** One line for the user; with DEBUG set, everything. */
export function explainError(error: unknown, env: NodeJS.ProcessEnv): string {
  if (!(error instanceof Error)) return String(error);
  if (env.DEBUG) return error.stack ?? error.message;
  if (error instanceof DemoError) return error.message;

  const { code = '' } = error as { code?: string };
  const said = error.message.split('\n')[0] || error.name;
  const remedy = env.DATABASE_URL ? DATABASE_REMEDIES[code] : undefined;
  return remedy ? `${remedy} (${said})` : `${said} (${OTHERWISE})`;
}
