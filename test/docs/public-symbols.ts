import { join } from 'node:path';
import ts from 'typescript';
import { exports as entries } from '../../package.json';
import { compilerOptions } from './compiler-options';
import { ROOT } from './markdown';

/** The sources of the entry points that package.json publishes. */
export const ENTRY_POINTS: readonly string[] = Object.values(entries).flatMap((entry) =>
  typeof entry === 'string'
    ? []
    : join(ROOT, entry.require.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, 'src/$1.ts')),
);

/** What samples take as given. */
export const GIVENS = join(__dirname, 'givens.fixture.ts');
/** Docstrings with faults. */
export const FAULTY = join(__dirname, 'docstrings.fixture.ts');

interface Documentation {
  readonly name: string;
  /** What stands before the first tag. */
  readonly text: string;
  readonly tags: readonly string[];
  /** Whether it is there when the program runs, as classes and functions are. */
  readonly isValue: boolean;
  readonly isMethod: boolean;
}

export interface PublicSymbol extends Documentation {
  /** Methods and properties that it declares itself and lets others see. */
  readonly members: readonly Documentation[];
}

/** One for all that is asked, as it takes seconds to make. */
const program = ts.createProgram([...ENTRY_POINTS, GIVENS, FAULTY], compilerOptions());

/** What the compiler, and so an editor, knows of all that one of these files exports. */
export function publicSymbols(file: string): PublicSymbol[] {
  const checker = program.getTypeChecker();
  const documentation = (symbol: ts.Symbol, { name } = symbol): Documentation => ({
    name,
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    tags: symbol.getJsDocTags(checker).map((tag) => tag.name),
    isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
    isMethod: (symbol.flags & ts.SymbolFlags.Method) !== 0,
  });
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  return checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declared = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
    const members = declared.filter(isVisible).map((member) => documentation(member));
    return Object.assign(documentation(symbol, exported), { members });
  });
}

function isVisible({ declarations = [] }: ts.Symbol): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return declarations.every((declaration) => (ts.getCombinedModifierFlags(declaration) & hidden) === 0);
}
