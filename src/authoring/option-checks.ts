/** What is wrong with a value, to be read after the option's name; `undefined` where nothing is. */
export type Check = (value: unknown) => string | undefined;

/** What timers and `integer` columns hold; a timer told to wait longer does not wait at all. */
const LARGEST = 2 ** 31 - 1;

export const whole: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST
    ? undefined
    : `must be a whole number from 1 to ${LARGEST}, not ${show(value)}`;

export const flag: Check = (value) =>
  typeof value === 'boolean' ? undefined : `must be true or false, not ${show(value)}`;

export const callback: Check = (value) =>
  typeof value === 'function' ? undefined : `must be a function, not ${show(value)}`;

export const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value as string)
      ? undefined
      : `must be one of ${allowed.join(', ')}, not ${show(value)}`;

export const listOf =
  (what: string, fits: (item: unknown) => boolean): Check =>
  (value) => {
    if (!Array.isArray(value)) return `must be an array of ${what}, not ${show(value)}`;
    const misfit = value.findIndex((item) => !fits(item));
    return misfit < 0 ? undefined : `must hold ${what} only, but at ${misfit} stands ${show(value[misfit])}`;
  };

/** An object that has no members but these, each of which may be left out. */
export const membersOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `must be an object with ${Object.keys(checks).join(' and ')}, not ${show(value)}`;
    const problem = firstProblem(value, checks);
    return problem && `is wrong: ${problem}`;
  };

/** @returns the first thing wrong with an object of options, with the name of the option it is wrong with */
export function firstProblem(given: object, checks: Readonly<Record<string, Check>>): string | undefined {
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, option))
      return `there is no option ${option}; known are ${Object.keys(checks).join(', ')}`;
    const problem = checks[option]!(value);
    if (problem) return `${option} ${problem}`;
  }
  return undefined;
}

export function show(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return `the function ${value.name}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
