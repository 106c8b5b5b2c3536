import { Client } from 'pg';

type Query = (this: Client, ...args: unknown[]) => unknown;

/** Has the process die like one that is killed, instead of sending the n-th statement that belongs to a transaction. */
export function countStatements(dieAt: number): void {
  const prototype = Client.prototype as unknown as { query: Query };
  const send = prototype.query;
  const inside = new WeakSet<Client>();
  let sent = 0;
  prototype.query = function (...args) {
    const sql = typeof args[0] === 'string' ? args[0] : '';
    if (sql.startsWith('START TRANSACTION')) inside.add(this);
    if (inside.has(this) && ++sent === dieAt) process.kill(process.pid, 'SIGKILL');
    if (sql === 'COMMIT' || sql === 'ROLLBACK') inside.delete(this);
    return send.apply(this, args);
  };
}
