import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { compilerOptions } from './compiler-options';
import { ROOT, type Sample } from './markdown';

/** Samples are excerpts: what awaits at the top level would stand in an async function. */
const TOP_LEVEL_AWAIT = 1309;

const GIVENS = join(__dirname, 'givens.fixture');

/** Samples share a program, in which one may declare its events and the next takes others. */
const ANY_EVENT = join(__dirname, 'any-event.fixture.ts');

/** Type-checks samples as files of this repository, each beside its page, and gives what the compiler says. */
export function compileSamples(
  samples: readonly Sample[],
  beside: readonly string[] = [ANY_EVENT],
): string[] {
  const files = new Map(samples.map((sample) => [pathOf(sample), sample]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const onDisk = { readFile: host.readFile.bind(host), fileExists: host.fileExists.bind(host) };
  host.readFile = (path) => {
    const sample = files.get(path);
    return sample ? sourceOf(sample, path) : onDisk.readFile(path);
  };
  host.fileExists = (path) => files.has(path) || onDisk.fileExists(path);
  // Otherwise folders are looked for on disk first, and nothing in one that is not there.
  host.directoryExists = undefined;

  const program = ts.createProgram({
    rootNames: [...files.keys(), ...beside],
    options: { ...options, noUnusedLocals: false },
    host,
  });
  return [...files].flatMap(([path, sample]) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .filter(({ code }) => code !== TOP_LEVEL_AWAIT)
      .map((diagnostic) => describe(diagnostic, sample)),
  );
}

function pathOf({ page, file, line }: Sample): string {
  return join(ROOT, `${page}.samples`, file ?? `line-${line}.ts`);
}

/** The preamble stands on the first line, so that lines stay countable. */
function sourceOf({ givens, code }: Sample, path: string): string {
  if (givens.length === 0) return code;
  return `import { ${givens.join(', ')} } from '${relative(dirname(path), GIVENS)}'; ${code}`;
}

function describe({ file, start = 0, messageText }: ts.Diagnostic, { page, line }: Sample): string {
  const at = file ? ts.getLineAndCharacterOfPosition(file, start).line : 0;
  return `${page}:${line + at} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
