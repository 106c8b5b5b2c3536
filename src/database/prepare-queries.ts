import type { PoolClient } from 'pg';
import type { StatementNames } from './statement-names';

type Send = (query: unknown, values?: unknown, ...rest: unknown[]) => Promise<unknown>;

/**
 * Has a connection prepare what it is asked with parameters, by whatever way the question comes: a handler asks the same
 * for each event, and the server would parse and plan it each time.
 * @returns how to leave the connection as it was
 */
export function prepareQueries(client: PoolClient, names: StatementNames): () => void {
  const connection = client as unknown as { query: Send };
  const own = Object.getOwnPropertyDescriptor(connection, 'query');
  const { query } = connection;
  const send = query.bind(connection);
  connection.query = (text, values, ...rest) => {
    // Without parameters it may be several statements, which cannot be prepared.
    const fits = typeof text === 'string' && Array.isArray(values) && values.length > 0 && rest.length === 0;
    if (!fits) return send(text, values, ...rest);
    const result = send({ name: names.of(text), text, values });
    result.catch((error: unknown) => names.observe(error));
    return result;
  };
  return () => {
    if (own) Object.defineProperty(connection, 'query', own);
    else delete (connection as Partial<typeof connection>).query;
  };
}
