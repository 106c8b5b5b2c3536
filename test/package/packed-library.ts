import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const ROOT = join(__dirname, '../..');

const PACKED_FROM = [
  'src',
  'docs',
  'package.json',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.esm.json',
  'scripts',
  'README.md',
  'LICENSE',
];

/**
 * Runs `npm pack`, build included, in a copy of the repository: its own `dist` belongs to whoever is building there.
 * @returns the folder the tarball was unpacked to
 */
export async function packLibrary(work: string): Promise<string> {
  const copy = join(work, 'repository');
  const unpacked = join(work, 'package');
  for (const name of PACKED_FROM) await cp(join(ROOT, name), join(copy, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', work], { cwd: copy });

  const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  await mkdir(unpacked);
  await run('tar', ['-xzf', join(work, tarball!), '-C', unpacked, '--strip-components', '1']);
  return unpacked;
}

/** Every file below a folder, by its path in it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}
