/** A name as SQL has it, whatever it consists of. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The path of a table as TypeORM has it, `schema.table` or `table`, as SQL has it. */
export function quotedPath(path: string): string {
  return path.split('.').map(quoted).join('.');
}
