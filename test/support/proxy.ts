import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** What the server says when it is ready for the first statement. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

const FATAL = errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', M: 'terminating connection' });

export interface Proxy {
  readonly url: string;
  /** Whether the server ends connections with the very packet that says they are ready. */
  endNewConnections(on: boolean): void;
  stop(): Promise<void>;
}

/** Passes connections on to the server at `url`. */
export async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let ending = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].map((one) => one.destroy()));
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (ending && chunk.subarray(-READY.length).equals(READY)) client.end(Buffer.concat([chunk, FATAL]));
      else client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: proxied.href,
    endNewConnections: (on) => void (ending = on),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function errorResponse(fields: Record<string, string>): Buffer {
  const body = Object.entries(fields).map(([field, value]) => `${field}${value}\0`);
  const content = Buffer.from(`${body.join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}
