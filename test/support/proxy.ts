import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** What the server says when it is ready for the first statement. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

const FATAL = errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', M: 'terminating connection' });

export interface Proxy {
  readonly url: string;
  /** Whether the server ends connections with the very packet that says they are ready. */
  endNewConnections(on: boolean): void;
  /** Connections that are open now hear nothing any more, and are not told; new ones work. */
  silence(): void;
  /** Nothing passes any more, on new connections neither. */
  silenceAll(): void;
  /** Ends what is open; new connections lead to another server. */
  leadTo(url: string): void;
  stop(): Promise<void>;
}

/** Passes connections on to the server at `url`. */
export async function startProxy(url: string): Promise<Proxy> {
  let target = new URL(url);
  let silent = new Set<Socket>();
  const sockets = new Set<Socket>();
  let ending = false;
  let allSilent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].map((one) => one.destroy()));
    }
    client.on('data', (chunk: Buffer) => allSilent || silent.has(client) || upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => {
      if (allSilent || silent.has(client)) return;
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
    silence: () => void (silent = new Set(sockets)),
    silenceAll: () => void (allSilent = true),
    leadTo: (other) => {
      target = new URL(other);
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
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
