import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** A fenced block of TypeScript. */
export interface Sample {
  readonly page: string;
  /** Of its first line, in the page. */
  readonly line: number;
  /** What its first line names, as `// order-summary.ts` does: other samples of the page can import it. */
  readonly file: string | undefined;
  /** What it takes from `givens.fixture.ts`. */
  readonly givens: readonly string[];
  readonly code: string;
}

export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

const FENCE = /(?:^ *<!-- given: ([\w, ]+) -->\n+)?^( *)```ts\n([\s\S]*?)^ *```$/gm;

export function samplesOf(page: string): Sample[] {
  return samplesIn(readPage(page), page);
}

export function samplesIn(text: string, page: string): Sample[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const [all, givens = '', indent = '', body = ''] = match;
    const code = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const before = text.slice(0, match.index + all.indexOf('```ts'));
    return {
      page,
      line: before.split('\n').length + 1,
      file: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1],
      givens: givens.split(/,\s*/).filter(Boolean),
      code,
    };
  });
}
