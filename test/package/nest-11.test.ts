import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type TestDatabase } from '../support/database';
import { packLibrary, run } from './packed-library';

/** The oldest peers, which Node loads as CommonJS. They are installed apart: npm keeps one version of each here. */
const MANIFEST = {
  name: 'consumer',
  private: true,
  dependencies: {
    '@nestjs/common': '^11',
    '@nestjs/core': '^11',
    '@nestjs/terminus': '^11',
    '@nestjs/typeorm': '^11',
    pg: '8.11.6',
    'reflect-metadata': '^0.2',
    rxjs: '^7',
    typeorm: '^0.3.20',
  },
  devDependencies: {
    '@nestjs/cli': '^11',
    '@types/jest': '^30',
    '@types/node': '^20',
    jest: '^30',
    'ts-jest': '^29',
    'ts-loader': '^9',
    typescript: '~5.9',
  },
};

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    module: 'commonjs',
    moduleResolution: 'node10',
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    types: ['node', 'jest'],
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
};

const REPORT = { rows: [{ parcelId: '1', status: 'delivered' }], refused: true, health: 'up' };

const FILES = {
  'package.json': JSON.stringify(MANIFEST),
  'tsconfig.json': JSON.stringify(TSCONFIG),
  'nest-cli.json': JSON.stringify({ sourceRoot: 'src', entryFile: 'main.fixture' }),
  // Both leave the extension that TypeScript wants to whoever bundles.
  'webpack.config.js': `module.exports = (options) =>
    ({ ...options, resolve: { ...options.resolve, extensionAlias: { '.js': ['.ts', '.js'] } } });`,
  'jest.config.js': `module.exports = { testMatch: ['**/*.spec.ts'], transform: { '^.+\\\\.ts$': 'ts-jest' },
    moduleNameMapper: { '^(\\\\./.*)\\\\.js$': '$1' } };`,
  'src/app.spec.ts': `import { report } from './report.js';
    test('runs', async () => expect(await report()).toEqual(${JSON.stringify(REPORT)}), 30_000);`,
};

describe('an application on Nest 11, TypeORM 0.3 and pg 8.11', () => {
  let folder: string;
  let database: TestDatabase;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nestjs-projections-nest-11-'));
    database = await createDatabase();
    await cp(join(__dirname, 'app'), join(folder, 'src'), { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: folder,
    });
    const work = join(folder, 'library');
    await mkdir(work);
    await cp(await packLibrary(work), join(folder, 'node_modules/nestjs-projections'), { recursive: true });
    await rm(work, { recursive: true });
  });
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function command(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      DATABASE_URL: database.url,
    };
    const { stdout, stderr } = await run(process.execPath, args, {
      cwd: folder,
      env,
      timeout: 120_000,
    }).catch((error: { stdout: string; stderr: string }) => error);
    return stdout + stderr;
  }

  it('runs in ts-jest', async () => {
    expect(await command('node_modules/jest/bin/jest.js', '--runInBand')).toContain('1 passed');
    await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });

  it('runs as the bundle of nest build --webpack', async () => {
    expect(await command('node_modules/@nestjs/cli/bin/nest.js', 'build', '--webpack')).toContain('compiled');
    expect(JSON.parse(await command('dist/main.fixture.js'))).toEqual(REPORT);
  });

  it('runs as ES modules, with a pg that is CommonJS', async () => {
    const script = `
      import { ProjectionModule, EventStore, Projections } from 'nestjs-projections';
      process.stdout.write(JSON.stringify([ProjectionModule.name, EventStore.name, Projections.name]));`;
    expect(await command('--input-type=module', '-e', script)).toBe(
      JSON.stringify(['ProjectionModule', 'EventStore', 'Projections']),
    );
  });
});
