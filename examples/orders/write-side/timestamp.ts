/** Now, as events tell it. */
export function timestamp(): string {
  return new Date().toISOString();
}
