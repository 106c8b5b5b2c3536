/** Where a statement stands among others of one text. */
export interface Place {
  /** How many parameters the others have before it. */
  readonly from: number;
  /** What holds once that has ended which must come first. */
  readonly after: string | undefined;
}

export const ALONE: Place = { from: 0, after: undefined };

/** One statement that saves rows of a table, with its parameters. */
export interface WriteStep {
  readonly table: string;
  /** For when it is sent by itself. */
  readonly text: string;
  /** For when it is a part of a larger statement: queries with their names, the one that counts rows last. */
  readonly parts: (name: string, place: Place) => readonly (readonly [name: string, query: string])[];
  readonly values: readonly string[];
  /** How many rows it has to write. */
  readonly count: number;
}

/** Always true, once what it counts has ended. */
export const ended = (statement: string): string => `(SELECT count(*) FROM ${statement}) >= 0`;

/** What the text of joined steps depends on: two entities may have other columns of one table. */
export const textsOf = (steps: readonly WriteStep[]): string => steps.map(({ text }) => text).join(';');

/**
 * Steps as parts of one statement, each after the one before.
 * @param from how many parameters it has before theirs
 * @param condition what all of them depend on
 * @returns what to put behind WITH, and how many rows each has written
 */
export function joinSteps(
  steps: readonly WriteStep[],
  from = 0,
  condition?: string,
): { readonly parts: string[]; readonly counts: string[] } {
  const parts = steps.flatMap((step, at) => {
    const conditions = [condition, at === 0 ? undefined : ended(`s${at - 1}`)];
    const after = conditions.filter((one) => one !== undefined).join(' AND ') || undefined;
    const own = step.parts(`s${at}`, { from, after });
    from += step.values.length;
    return own.map(([name, query]) => `${name} AS (${query})`);
  });
  return { parts, counts: steps.map((_, at) => `(SELECT count(*) FROM s${at})`) };
}
