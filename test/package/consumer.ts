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
