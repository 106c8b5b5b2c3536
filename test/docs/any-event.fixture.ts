/** The events of tests and samples are nobody's application's: where this is compiled too, `@On` takes every name. */
declare module 'nestjs-projections' {
  interface EventMap {
    [type: string]: any;
  }
}

// oxlint-disable-next-line require-module-specifiers -- only a module can add to another
export {};
