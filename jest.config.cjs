/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test', '<rootDir>/examples'],
  testMatch: ['**/*.test.ts'],
  moduleNameMapper: {
    '^nestjs-projections$': '<rootDir>/src/index.ts',
    '^nestjs-projections/testing$': '<rootDir>/src/testing/index.ts',
  },
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  // Nest 12 is ESM, which Jest's CommonJS mode cannot load untransformed on Node 20.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // TypeORM keeps its metadata on the global object; cleaning that up only prints warnings.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  testTimeout: 180_000,
  // The workers share one database server, and CI machines have two cores.
  maxWorkers: 2,
};
