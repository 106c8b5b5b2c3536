/**
 * The rooms of the house. Data flow points down, and so do imports:
 *
 *   module -> edges -> engine -> (postgres | read-models | state) -> database -> (authoring | async) -> events
 *   module -> sources -> postgres
 *
 * and inside the engine:
 *
 *   control -> (the engine itself) -> (coordination | inline | waits) -> segment -> letters -> (applying | reading) -> failures
 *
 * `src/module` wires everything together and `src/index.ts` publishes it: both may import all. docs/architecture.md says
 * what is in each room.
 */

/** Bans imports of anything in `src` outside the folders in `allowed` (a regular expression's alternatives). */
function mayImportOnly(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^src/${from}/` },
    to: { path: '^src/', pathNot: `^src/(${allowed})/` },
  };
}

/** Each room of the engine but `control`, which gives orders to all of it, with those that it may look into. */
const ENGINE_ROOMS = [
  ['kinds'],
  ['failures'],
  ['applying', 'kinds', 'failures'],
  ['reading', 'failures'],
  ['letters', 'applying', 'failures'],
  ['segment', 'kinds', 'letters', 'applying', 'reading', 'failures'],
  ['coordination', 'kinds', 'segment', 'failures'],
  ['inline', 'coordination', 'segment', 'applying', 'reading', 'failures'],
  ['waits', 'segment', 'applying', 'reading', 'failures'],
];

const DATABASE = '(^|/)node_modules/(@types/)?(@nestjs/typeorm|typeorm|pg|pg-[^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Type-only imports count: files that know each other are one idea in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },

    mayImportOnly('events-is-the-ground', 'events', 'events', 'Everything stands on it.'),
    mayImportOnly(
      'authoring-knows-events',
      'authoring',
      'authoring|events',
      'What users write knows how neither storage nor the engine works.',
    ),
    {
      name: 'no-database-in-events-and-authoring',
      comment: 'They may speak of an EntityManager (import type), not use one.',
      severity: 'error',
      from: { path: '^src/(events|authoring)/' },
      to: { path: DATABASE, dependencyTypesNot: ['type-only'] },
    },
    mayImportOnly('async-knows-nothing', 'async', 'async', 'It is about promises, whatever they promise.'),
    mayImportOnly(
      'database-knows-pg-and-typeorm',
      'database',
      'database|async|events',
      'All that we know of connections and SQL, and nothing of what it is used for.',
    ),
    mayImportOnly(
      'storage-folders-are-strangers',
      '(postgres|read-models|state)',
      '$1|database|async|events|authoring',
      'The event store, the read models and our own tables may live in different databases one day.',
    ),
    mayImportOnly('testing-knows-events', 'testing', 'testing|events', 'What it checks may be in anything.'),
    mayImportOnly(
      'sources-know-no-engine',
      'sources',
      'sources|postgres|database|async|events|authoring',
      'They give events, whoever reads them.',
    ),
    mayImportOnly(
      'engine-knows-any-event-source',
      'engine',
      'engine|read-models|state|database|async|events|authoring',
      'Not postgres: the engine reads from an EventSource, whatever is behind it.',
    ),
    ...ENGINE_ROOMS.map(([room, ...below]) => ({
      name: `engine-${room}-looks-down`,
      comment: 'What a batch goes through, from reading it to who orders it, goes one way.',
      severity: 'error',
      from: { path: `^src/engine/${room}/` },
      to: { path: '^src/engine/', pathNot: `^src/engine/(${[room, ...below].join('|')})/` },
    })),
    mayImportOnly(
      'http-knows-errors',
      'http',
      'http|engine/failures|engine/inline|engine/waits|events',
      'It gives errors a status.',
    ),
    {
      name: 'edges-use-the-facade',
      comment: 'Edges call `Projections`; of the inside of the engine they may know types.',
      severity: 'error',
      from: { path: '^src/(health|metrics|board|cli|testing)/' },
      to: {
        path: '^src/engine/',
        pathNot: '^src/engine/control/projections\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nothing-imports-the-public-api',
      comment: 'It is for users; from inside it makes circles.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },

    {
      name: 'library-stands-alone',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples|bench)/' },
    },
    {
      name: 'library-declares-what-it-imports',
      comment: 'Users do not get our devDependencies; make it a dependency or a peer.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'npm', 'type-only'] },
    },
    {
      name: 'examples-use-the-public-api',
      comment: 'Import from "nestjs-projections", as users do.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|dist)/', pathNot: '^src/index\\.ts$' },
    },
    {
      name: 'examples-use-the-public-name',
      comment: 'Import from "nestjs-projections", not by a relative path.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^src/index\\.ts$', dependencyTypesNot: ['aliased'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports are dependencies too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'require', 'node', 'default'],
    },
  },
};
