import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../support/database';
import { compile, createConsumer, type ModuleForm, start } from './consumer';
import { filesBelow, packLibrary } from './packed-library';

interface Manifest {
  readonly license: string;
  readonly main: string;
  readonly types: string;
  readonly exports: { readonly '.': { readonly types: string; readonly default: string } };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

describe('the packed package', () => {
  let work: string;
  let library: string;
  let files: string[];
  let manifest: Manifest;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'nestjs-projections-package-'));
    library = await packLibrary(work);
    files = await filesBelow(library);
    manifest = JSON.parse(await readFile(join(library, 'package.json'), 'utf8')) as Manifest;
  });

  afterAll(() => rm(work, { recursive: true, force: true }));

  it('holds the build with its types, the documentation and the licence, and nothing else', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/index.d.ts',
        'dist/index.js',
        'docs/projections.md',
      ]),
    );
    const known = /^(LICENSE|README\.md|package\.json|docs\/[\w-]+\.md|dist\/[\w./-]+\.(js|d\.ts))$/;
    expect(files.filter((file) => !known.test(file) || /\.(test|fixture)\./.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3))).toEqual(
      files.filter((file) => file.endsWith('.d.ts')).map((file) => file.slice(0, -5)),
    );
  });

  it('points at files that are there, and names the licence it ships', async () => {
    const { main, types, exports } = manifest;
    for (const file of [main, types, exports['.'].types, exports['.'].default])
      expect(existsSync(join(library, file))).toBe(true);
    expect(await readFile(join(library, 'LICENSE'), 'utf8')).toMatch(
      new RegExp(`^${manifest.license} License`),
    );
  });

  it('imports what it declares, and declares what it imports', async () => {
    const imported = new Set<string>();
    for (const file of files.filter((name) => /\.(js|d\.ts)$/.test(name))) {
      const text = await readFile(join(library, file), 'utf8');
      // The samples in comments import too.
      const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
      for (const [, name] of code.matchAll(/(?:from |import |import\(|require\()["']([^"'.][^"']*)["']/g))
        if (!isBuiltin(name!)) imported.add(packageOf(name!));
    }
    // Decorators call the Reflect of reflect-metadata, which Nest imports.
    imported.add('reflect-metadata');
    const declared = [...Object.keys(manifest.peerDependencies), ...Object.keys(manifest.dependencies ?? {})];
    expect([...imported].toSorted()).toEqual(declared.toSorted());
  });

  describe.each<ModuleForm>(['commonjs', 'module'])('in an empty Nest application of type "%s"', (form) => {
    it('compiles under strict, library types checked, and runs a projection with plain node', async () => {
      const folder = join(work, form);
      await createConsumer(folder, form, library, Object.keys(manifest.peerDependencies));
      expect(await compile(folder)).toBe('');

      const database = await createDatabase();
      try {
        expect(await start(folder, database.url)).toEqual({
          rows: [{ parcelId: '1', status: 'delivered' }],
          refused: true,
          health: 'up',
        });
      } finally {
        await database.drop();
      }
    });
  });
});

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
