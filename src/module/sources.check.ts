import type { EventSource } from '../events/event-source';

/** What a source must be able to do, whoever wrote it and whichever copy of this package that was. */
const METHODS = [
  'head',
  'readPage',
  'backlog',
  'positionBefore',
  'onHint',
  'open',
  'close',
] satisfies (keyof EventSource)[];

/** The option `sources` of forRoot. */
export function checkSources(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map)
    return 'must be an object of event sources by their names';
  for (const [name, source] of Object.entries(value)) {
    if (name === '') return 'has one without a name';
    const missing = METHODS.find((method) => !canDo(source, method));
    if (missing) return `has "${name}", which is no EventSource: it has no ${missing}()`;
  }
  return undefined;
}

function canDo(source: unknown, method: string): boolean {
  const isObject = typeof source === 'object' && source !== null;
  return isObject && typeof (source as Record<string, unknown>)[method] === 'function';
}
