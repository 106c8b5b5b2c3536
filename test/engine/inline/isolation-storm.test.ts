import type { Client } from 'pg';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { happened } from '../../support/store';
import { recordedBy } from '../../support/recorder';
import { inlineLog, useInline } from './use-inline';

@Entity('recorded', { synchronize: false })
class RecordedRow {
  @PrimaryGeneratedColumn() serial!: number;
  @Column('bigint') position!: string;
}

const SEED = Number(process.env.SEED ?? 7);
const WRITERS = 6;
const CHANGES = 6;
/** Where writers are further ahead they wait: on a busy machine each hand-over would have more to catch up with. */
const LEAD = 200;
const LEVELS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const;

/** mulberry32 */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const isNear = async (session: Client) => {
  const { rows } = await session.query<{ lead: number }>(
    'SELECT (SELECT count(*) FROM events)::int - (SELECT count(*) FROM recorded)::int AS lead',
  );
  expect(rows[0]!.lead).toBeLessThan(LEAD);
};

describe('an inline projection under appends of all isolation levels', () => {
  const inline = useInline();

  it(`gets every event once and in order of its stream, over rebuilds and pauses (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
    const projection = inlineLog({ readModels: [RecordedRow], batchSize: 20 });
    const app = await inline.start([projection], { entities: [RecordedRow], poolSize: 4 });
    const running = { on: true };
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const session = await inline.database.connect();
      while (running.on) {
        await appendAs(app, pick([...LEVELS, undefined]), `s-${writer}`, random);
        await eventually(() => isNear(session));
      }
    });
    for (let n = 0; n < CHANGES; n++) {
      if (random() < 0.5) await app.projections.rebuild('log');
      else {
        await app.projections.pause('log');
        await app.projections.resume('log');
      }
      await inline.handedOver();
    }
    running.on = false;
    await Promise.all(writers);
    await inline.handedOver();

    const events = await inline.database.query<{ stream: string; version: number }>(
      'SELECT stream_id AS stream, version::int AS version FROM events ORDER BY global_position',
    );
    const recorded = await recordedBy(inline.database, 'log');
    for (let writer = 0; writer < WRITERS; writer++) {
      const stream = `s-${writer}`;
      const applied = recorded.filter(({ streamId }) => streamId === stream).map(({ version }) => version);
      expect(applied).toEqual(
        events.filter((event) => event.stream === stream).map(({ version }) => version),
      );
    }
  });
});

/** One append, its own or in a transaction with a snapshot that others overtake; 40001 is what it may fail with. */
async function appendAs(
  { store, dataSource }: TestApp,
  level: (typeof LEVELS)[number] | undefined,
  stream: string,
  random: () => number,
): Promise<void> {
  if (!level) {
    await store.append(stream, [happened()]);
    return;
  }
  const work = dataSource.transaction(level, async (manager) => {
    await manager.query(`SELECT pg_sleep(${random() * 0.02})`);
    await store.append(stream, [happened(), happened()], { manager });
  });
  await work.catch((error: { code?: string }) => {
    if (error.code !== '40001') throw error;
  });
}
