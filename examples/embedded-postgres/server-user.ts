import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors';

export interface ServerUser {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: then, and only then, it needs another user. */
export async function findServerUser(dataDir: string): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await ownerOf(dataDir)) ?? unprivilegedUser();
}

/** PostgreSQL refuses data of another owner, so data made by someone who was not root stay theirs. */
async function ownerOf(dataDir: string): Promise<ServerUser | undefined> {
  const stats = await stat(dataDir).catch(() => undefined);
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : undefined;
}

async function unprivilegedUser(): Promise<ServerUser> {
  const users = new Map(
    (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => {
      const [name, , uid, gid] = line.split(':');
      return [name, { uid: Number(uid), gid: Number(gid) }];
    }),
  );
  const user = users.get('postgres') ?? users.get('_postgres') ?? users.get('nobody');
  if (user) return user;
  throw new EmbeddedPostgresUnavailableError(
    'it must not run as root, and /etc/passwd has no user "postgres" or "nobody".',
  );
}
