import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../support/database';
import { compile, createConsumer, type ModuleForm, RUNNERS, runTests, start } from './consumer';
import { filesBelow, packLibrary, run } from './packed-library';

interface Manifest {
  readonly license: string;
  readonly main: string;
  readonly types: string;
  readonly exports: Readonly<
    Record<'.' | './testing', Readonly<Record<'import' | 'require', { types: string; default: string }>>>
  >;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

async function onDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const database = await createDatabase();
  try {
    return await use(database.url);
  } finally {
    await database.drop();
  }
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
        'dist/esm/index.d.ts',
        'dist/esm/index.js',
        'dist/index.d.ts',
        'dist/index.js',
        'docs/projections.md',
      ]),
    );
    const known =
      /^(LICENSE|README\.md|(dist\/esm\/)?package\.json|docs\/[\w-]+\.md|dist\/[\w./-]+\.(js|d\.ts))$/;
    expect(files.filter((file) => !known.test(file) || /\.(test|fixture)\./.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3))).toEqual(
      files.filter((file) => file.endsWith('.d.ts')).map((file) => file.slice(0, -5)),
    );
  });

  it('points at files that are there, and names the licence it ships', async () => {
    const { main, types, exports } = manifest;
    const entries = [exports['.'], exports['./testing']].flatMap((entry) => Object.values(entry));
    const builds = entries.flatMap((build) => Object.values(build));
    expect(builds).toHaveLength(8);
    for (const file of [main, types, ...builds]) expect(existsSync(join(library, file))).toBe(true);
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

  const REPORT = { rows: [{ parcelId: '1', status: 'delivered' }], refused: true, health: 'up' };

  describe.each<ModuleForm>(['commonjs', 'module'])('in an empty Nest application of type "%s"', (form) => {
    let folder: string;
    beforeAll(async () => {
      folder = join(work, form);
      await createConsumer(folder, form, library, Object.keys(manifest.peerDependencies));
    });

    it('compiles under strict, library types checked, and runs a projection with plain node', async () => {
      expect(await compile(folder)).toBe('');
      expect(await onDatabase((url) => start(folder, url))).toEqual(REPORT);
    });
  });

  // The application was compiled above.
  it.each(RUNNERS)('runs as ES modules in %s', async (_, runner) => {
    expect(await onDatabase((url) => runTests(join(work, 'module'), runner, REPORT, url))).toContain(
      '1 passed',
    );
  });

  it('finds in one build what was decorated by the other', async () => {
    const script = `
      import { createRequire } from 'node:module';
      import * as esm from 'nestjs-projections';
      const cjs = createRequire(import.meta.url)('nestjs-projections');
      class Orders { paid() {} }
      cjs.On('Paid')(Orders.prototype, 'paid', {});
      cjs.Projection({ name: 'orders' })(Orders);
      const keys = (target, key) => Reflect.getMetadataKeys(target, key).filter((name) => name.startsWith('nestjs-projections'));
      const both = [esm, cjs].map(({ On, Projection }) => {
        class Other { paid() {} }
        On('Paid')(Other.prototype, 'paid', {});
        Projection({ name: 'orders' })(Other);
        return [keys(Other), keys(Other.prototype), keys(Other.prototype, 'paid')];
      });
      process.stdout.write(JSON.stringify({ apart: esm.On !== cjs.On, both, names: [esm, cjs].map((build) => Object.keys(build).toSorted()) }));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(work, 'module'),
    });
    const { apart, both, names } = JSON.parse(stdout) as {
      apart: boolean;
      both: unknown[];
      names: unknown[];
    };
    expect(apart).toBe(true);
    expect(both[0]).toEqual(both[1]);
    expect(names[0]).toEqual(names[1]);
  });
});

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
