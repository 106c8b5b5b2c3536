import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as library from 'nestjs-projections';
import { DEFAULT_OPTIONS } from '../../src/module/projection-module.options';
import { PAGES, readPage, ROOT } from './markdown';

describe('README and docs', () => {
  it('tell every option of the module and its default', () => {
    // Thresholds of health have tables, and names, like options.
    const [, section] = /^## Options\n([\s\S]*?)^## /m.exec(readPage('docs/operations.md'))!;
    const rows = section!.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm);
    const told = new Map([...rows].map(([, option, value]) => [option!, value!]));
    expect(Object.keys(DEFAULT_OPTIONS).filter((option) => !told.has(option))).toEqual([]);

    // The others have a default that only words can tell.
    const plain = Object.entries(DEFAULT_OPTIONS).filter(([, value]) => JSON.stringify(value) !== undefined);
    expect(plain.map(([option]) => [option, literal(told.get(option)!)])).toEqual(plain);
  });

  it('name every error a user can meet', () => {
    const text = PAGES.map(readPage).join('\n');
    const errors = Object.keys(library).filter((name) => name.endsWith('Error'));
    expect(errors.filter((name) => !text.includes(name))).toEqual([]);
  });

  it('name no error that there is not', () => {
    const named = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/`([A-Z]\w*Error)`/g)].map(([, name]) => name!),
    );
    expect(named.filter((name) => !(name in library))).toEqual([]);
  });

  it('name files and rooms that are there, and leave no room out', () => {
    const page = readPage('docs/architecture.md');
    const named = [...page.matchAll(/`([\w./-]+(?:\.ts|\/)|engine\/\w+)`/g)].map(([, path]) => path!);
    expect(named.filter((path) => !existsSync(join(ROOT, 'src', path)))).toEqual([]);
    const rooms = ['', 'engine/'].flatMap((parent) =>
      readdirSync(join(ROOT, 'src', parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => parent + name),
    );
    expect(rooms.filter((room) => !page.includes(room))).toEqual([]);
  });

  it('link to pages and headings that are there', () => {
    const dangling = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/\]\(([^)]+)\)/g)]
        .map(([, link]) => link!)
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(dangling).toEqual([]);
  });
});

function literal(code: string): unknown {
  // oxlint-disable-next-line no-implied-eval -- our own documentation
  return (new Function(`return (${code.replaceAll('`', '')})`) as () => unknown)();
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return heading === undefined || headingsOf(target).includes(heading);
}

/** By the names that GitHub gives them. */
function headingsOf(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
