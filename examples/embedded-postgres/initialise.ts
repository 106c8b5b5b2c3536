import { appendFile, chown } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries';
import { createPassword, keepPassword } from './password';
import { run } from './run';
import type { ServerUser } from './server-user';
import { SETTINGS_FILE } from './settings';

/** Makes a data directory inside `stage` and returns its path. */
export async function initialise(
  stage: string,
  binaries: Binaries,
  { user, durable }: { user: ServerUser | undefined; durable: boolean },
): Promise<string> {
  const data = join(stage, 'data');
  if (user) await chown(stage, user.uid, user.gid);
  const passwordFile = await createPassword(stage, user);
  await run(
    binaries.initdb,
    [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      // The built-in provider behaves the same on every system, whichever locales are installed.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ],
    user,
  );
  await appendFile(join(data, 'postgresql.conf'), `\ninclude_if_exists = '${SETTINGS_FILE}'\n`);
  await keepPassword(passwordFile, data);
  return data;
}
