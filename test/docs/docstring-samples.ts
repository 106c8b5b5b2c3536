import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPage, ROOT, type Sample, samplesIn } from './markdown';
import { GIVENS, publicSymbols } from './public-symbols';

const SOURCES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name));

/** The code in the docstrings of all sources, as samples of pages. They take as given what they use and do not declare. */
export function docstringSamples(): Sample[] {
  const known = publicSymbols(GIVENS).map(({ name }) => name);
  const samples = SOURCES.flatMap((source) => samplesIn(docstringsOf(readPage(source)), source));
  return samples.map((sample) =>
    Object.assign(sample, { givens: known.filter((name) => uses(sample.code, name)) }),
  );
}

/** Line for line, without the code between them. */
function docstringsOf(source: string): string {
  return source.replaceAll(/^.*$/gm, (line) => /^ *\* ?(.*)$/.exec(line)?.[1] ?? '');
}

function uses(code: string, name: string): boolean {
  const declares = new RegExp(`\\b(class|interface|const|let) ${name}\\b`);
  return new RegExp(`\\b${name}\\b`).test(code) && !declares.test(code);
}
