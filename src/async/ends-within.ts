/**
 * Waits for `work`, but no longer than a time. What it then comes to is nobody's any more.
 * @returns whether it ended in time, however it ended
 */
export async function endsWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, timeoutMs, false)));
  const ended = work.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, timeUp]).finally(() => clearTimeout(timer));
}
