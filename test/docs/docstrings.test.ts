import { compileSamples } from './compile-samples';
import { docstringSamples } from './docstring-samples';
import { ENTRY_POINTS, FAULTY, type PublicSymbol, publicSymbols } from './public-symbols';

const WITH_EXAMPLES = ['Projections', 'EventStore'];
/** Of TSDoc, and of Nest. An editor takes a decorator in an example for a tag, and shows neither. */
const TAGS = new Set(['param', 'returns', 'throws', 'default', 'example', 'publicApi', 'internal']);

const namesOf = (found: readonly { readonly name: string }[]): string[] => found.map(({ name }) => name);

const undocumented = (symbols: readonly PublicSymbol[]): string[] =>
  namesOf(symbols.filter(({ text }) => text === ''));

const unmarked = (symbols: readonly PublicSymbol[]): string[] =>
  namesOf(symbols.filter(({ isValue, tags }) => isValue !== tags.includes('publicApi')));

const withoutExample = ({ members }: PublicSymbol): string[] =>
  namesOf(
    members.filter(
      ({ isMethod, tags }) => isMethod && !tags.includes('internal') && !tags.includes('example'),
    ),
  );

const unknownTags = (symbols: readonly PublicSymbol[]): string[] =>
  symbols
    .flatMap((symbol) => [symbol, ...symbol.members])
    .flatMap(({ name, tags }) => tags.filter((tag) => !TAGS.has(tag)).map((tag) => `${name}: @${tag}`));

describe('the docstrings of what the package exports', () => {
  const symbols = ENTRY_POINTS.flatMap(publicSymbols);

  it('are there', () => {
    expect(undocumented(symbols)).toEqual([]);
  });

  it('mark classes, functions and constants as the public API, and no types', () => {
    expect(unmarked(symbols)).toEqual([]);
  });

  it.each(WITH_EXAMPLES)('give an example of each method of %s', (name) => {
    const found = symbols.find((symbol) => symbol.name === name)!;
    expect(found.members.length).toBeGreaterThan(0);
    expect(withoutExample(found)).toEqual([]);
  });

  it('have no tags but those that are known', () => {
    expect(unknownTags(symbols)).toEqual([]);
  });

  it('have examples that compile', () => {
    expect(compileSamples(docstringSamples())).toEqual([]);
  });

  it('would be found out if they did not', () => {
    const wrong = publicSymbols(FAULTY);
    expect(undocumented(wrong)).toEqual(['undocumented']);
    expect(unmarked(wrong)).toEqual(['undocumented', 'Marked']);
    expect(withoutExample(wrong.find(({ name }) => name === 'Examples')!)).toEqual(['without']);
    expect(unknownTags(wrong)).toEqual(['Examples: @Decorator']);
  });
});
