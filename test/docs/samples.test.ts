import { compileSamples } from './compile-samples';
import { PAGES, readPage, type Sample, samplesOf } from './markdown';

describe('the TypeScript samples of README and docs', () => {
  it('are all found', () => {
    for (const page of PAGES)
      expect([page, samplesOf(page).length]).toEqual([page, readPage(page).split(/^ *```ts$/m).length - 1]);
  });

  it('compile', () => {
    expect(compileSamples(PAGES.flatMap(samplesOf))).toEqual([]);
  });

  it('would be found out if they did not', () => {
    const wrong: Sample = {
      page: 'README.md',
      line: 10,
      file: undefined,
      givens: ['store'],
      code: "\nstore.append('s', [{ type: 1, data: {} }]);\n",
    };
    expect(compileSamples([wrong])).toEqual([
      "README.md:11 Type 'number' is not assignable to type 'string'.",
    ]);
  });
});
