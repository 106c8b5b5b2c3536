// Makes of what the compiler wrote to dist/esm what Node loads as ES modules.
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const ESM = join(__dirname, '../dist/esm');

/** Sources leave the extension out, which import does not. */
function withExtension(file, specifier) {
  const target = resolve(dirname(file), specifier);
  if (existsSync(`${target}.js`)) return `${specifier}.js`;
  if (existsSync(join(target, 'index.js'))) return `${specifier === '.' ? '.' : specifier}/index.js`;
  throw new Error(`${file} imports ${specifier}, which is not there`);
}

/** Older versions of pg are CommonJS of which Node finds no names. */
function importDefault(names) {
  return `import pg from 'pg';\nconst {${names.replaceAll(' as ', ': ')}} = pg;`;
}

for (const entry of readdirSync(ESM, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|d\.ts)$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  let code = readFileSync(file, 'utf8').replaceAll(
    /((?:from|import) ['"]|import\(['"])(\.[^'"]*)(?=['"])/g,
    (_, start, specifier) => start + withExtension(file, specifier),
  );
  if (entry.name.endsWith('.js'))
    code = code.replaceAll(/^import \{([^}]+)\} from 'pg';$/gm, (_, names) => importDefault(names));
  writeFileSync(file, code);
}
writeFileSync(join(ESM, 'package.json'), `${JSON.stringify({ type: 'module', sideEffects: false })}\n`);
