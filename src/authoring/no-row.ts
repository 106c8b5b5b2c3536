/**
 * What of `Result` can be no row of `Row`, to keep, to delete or to leave alone: a bare value, or an object with properties
 * that the entity has not. `never` where nothing is wrong, and where too little is known to tell.
 */
export type NoRow<Result, Row> = unknown extends Result | Row
  ? never
  : Result extends null | undefined | void | Row
    ? never
    : Result extends object
      ? [Exclude<keyof Result, keyof Row>] extends [never]
        ? never
        : Result
      : Result;
