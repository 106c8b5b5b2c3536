/** Something did not come to its end. A hang is a failure, and has a name. */
export class HangError extends Error {
  override readonly name = 'HangError';
}

/** @param what is named where it takes longer than `ms` milliseconds */
export async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HangError(`${what} did not end within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
