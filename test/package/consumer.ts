import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT, run } from './packed-library';

export type ModuleForm = 'commonjs' | 'module';

/** What `nest new` sets where it matters here. Declarations are checked too: ours and those they refer to. */
const COMPILER_OPTIONS = {
  target: 'ES2023',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: false,
  isolatedModules: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
  outDir: 'dist',
};

/**
 * An application that has the package's peers and nothing else installed. They are links into this repository; the
 * package itself is a copy, so that what it imports is looked for among the application's own packages.
 */
export async function createConsumer(
  folder: string,
  form: ModuleForm,
  library: string,
  peers: readonly string[],
): Promise<void> {
  await cp(join(__dirname, 'app'), join(folder, 'src'), { recursive: true });
  await cp(library, join(folder, 'node_modules/nestjs-projections'), { recursive: true });
  for (const name of [...peers, '@types/node']) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), link);
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: form }));
  const tsconfig = { compilerOptions: { ...COMPILER_OPTIONS, rootDir: 'src' }, include: ['src'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
}

/** What the compiler says; nothing when it is content. */
export async function compile(folder: string): Promise<string> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '--project', folder]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

/** Runs the compiled application with plain node and gives its report. */
export async function start(folder: string, databaseUrl: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [join(folder, 'dist/main.fixture.js')], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    timeout: 30_000,
  });
  return JSON.parse(stdout);
}

/** The command lines of test runners that load ES modules each in their own way. */
export const RUNNERS: [name: string, command: readonly string[]][] = [
  ['Jest in ESM mode', ['--experimental-vm-modules', 'jest/bin/jest.js', '--runInBand']],
  ['Vitest', ['vitest/vitest.mjs', 'run', '--globals']],
  ['Vitest with vmThreads', ['vitest/vitest.mjs', 'run', '--globals', '--pool', 'vmThreads']],
];

/** Runs one test of the compiled application in a runner, and gives what that says. */
export async function runTests(
  folder: string,
  command: readonly string[],
  expected: unknown,
  databaseUrl: string,
): Promise<string> {
  const spec = `import { report } from './dist/report.js';
    test('runs', async () => expect(await report()).toEqual(${JSON.stringify(expected)}), 30_000);`;
  await writeFile(join(folder, 'app.spec.mjs'), spec);
  await writeFile(
    join(folder, 'jest.config.mjs'),
    `export default { transform: {}, testMatch: ['**/*.spec.mjs'] };`,
  );
  const [first, ...rest] = command.map((part) =>
    part.includes('/') ? join(ROOT, 'node_modules', part) : part,
  );
  const { stdout, stderr } = await run(process.execPath, [first!, ...rest], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      JEST_WORKER_ID: undefined,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      DATABASE_URL: databaseUrl,
    },
    timeout: 60_000,
  }).catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
}
