import { startApp, type TestApp } from './app';

/** How an application is set up that looks at the head only when it starts, is hinted at, or is asked to. */
export const NO_POLLING = { pollInterval: { min: 3_600_000, max: 3_600_000 } };

/** An application without projections whose head nobody looks at but the test. */
export function startStore(url: string): Promise<TestApp> {
  return startApp(url, { options: { ...NO_POLLING, listen: false } });
}

/** The answer of one look at the head, in numbers. */
export async function headOf({ store }: TestApp): Promise<{ settled: number; pending: boolean }> {
  const { settled, pending } = await store.head();
  return { settled: Number(settled), pending };
}

export async function positionsIn({ store }: TestApp): Promise<number[]> {
  return (await store.readAll()).map(({ globalPosition }) => Number(globalPosition));
}

export const happened = (n = 0) => ({ type: 'Happened', data: { n } });
