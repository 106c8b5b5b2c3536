/** What `JSON.stringify` writes of an object: positions, which JSON has no numbers for, as decimal strings. */
export function jsonFormOf(object: object): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object))
    form[name] = typeof value === 'bigint' ? String(value) : value;
  return form;
}

const toJSON = {
  value(this: object) {
    return jsonFormOf(this);
  },
  configurable: true,
  writable: true,
};

/** Lets an object with positions be written as JSON; who compares or copies it sees no difference. */
export function writableAsJson<T extends object>(object: T): T {
  return Object.defineProperty(object, 'toJSON', toJSON);
}
