import { startEmbeddedPostgres } from '../../examples/embedded-postgres';
import { dataDirOfThisRun, removeAbandonedRuns } from './test-runs';

export default async function globalSetup(): Promise<void> {
  process.env.TEST_DATABASE_URL = process.env.DATABASE_URL || (await startServer());
}

async function startServer(): Promise<string> {
  await removeAbandonedRuns();
  const { url } = await startEmbeddedPostgres({ dataDir: dataDirOfThisRun(), durable: false });
  return url;
}
