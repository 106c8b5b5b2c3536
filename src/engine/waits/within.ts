import { StatusUnavailableError } from './waiting.errors';

/**
 * The answer of the database, if it comes in time. A connection can be dead without a word, and then nobody says so.
 * @throws StatusUnavailableError
 */
export async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StatusUnavailableError(ms / 1000)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
