import { removeThisRun } from './test-runs';

export default async function globalTeardown(): Promise<void> {
  if (!process.env.DATABASE_URL) await removeThisRun();
}
