import type { ClientBase } from 'pg';

/** A client of a `pg` that can send statements before earlier ones are answered (8.23 and later). */
type PipelineClient = ClientBase & { pipeline?: boolean };

/**
 * Runs tasks that send statements, one after the other on the server, and without waiting in between where `pg` can.
 * @throws what the first failed one did, when all have ended
 */
export async function inOrder<T>(client: PipelineClient, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const { pipeline } = client;
  if (pipeline === undefined) return oneByOne(tasks);
  client.pipeline = true;
  const ends = await Promise.allSettled(tasks.map((task) => task()));
  client.pipeline = pipeline;
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** An older `pg` complains of statements that do not wait for each other. */
async function oneByOne<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const values: T[] = [];
  for (const task of tasks) values.push(await task());
  return values;
}
