import { startEmbeddedPostgres } from '../../examples/embedded-postgres';

async function main(): Promise<void> {
  const { pid } = await startEmbeddedPostgres({ dataDir: process.argv[2]!, durable: false });
  process.stdout.write(String(pid));
  setInterval(() => undefined, 1_000);
}

void main();
