import ts from 'typescript';
import { samplesOf } from './markdown';

type Exports = Record<string, unknown>;

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2023,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/** The named samples of a page as modules that import each other. */
export function loadSamples(page: string): (file: string) => Exports {
  const sources = new Map(samplesOf(page).map(({ file, code }) => [file, code]));
  const loaded = new Map<string, Exports>();

  const importer = (name: string): unknown =>
    name.startsWith('./') ? load(`${name.slice(2)}.ts`) : require(name);

  const load = (file: string): Exports => {
    const known = loaded.get(file);
    if (known) return known;
    const source = sources.get(file);
    if (source === undefined) throw new Error(`${page} has no sample ${file}`);
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName: file });
    const exports: Exports = {};
    loaded.set(file, exports);
    // oxlint-disable-next-line no-implied-eval -- our own documentation
    (new Function('require', 'exports', outputText) as (...args: unknown[]) => void)(importer, exports);
    return exports;
  };
  return load;
}
