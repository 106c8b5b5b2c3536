import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from 'nestjs-projections';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { Random } from '../examples/fold/random';

const STREAMS = 40;
const LONGEST_MS = 30;
const ROLLED_BACK = 0.15;

const TYPES = ['Counted', 'Ignored'];

/** Appends one event and answers with its position. */
type Append = (streamId: string, type: string, amount: number) => Promise<bigint>;

/** Writes until it is told to stop, and knows which of its events are committed. */
export class Writer {
  readonly committed: bigint[] = [];

  private constructor(
    private readonly random: Random,
    private readonly inTransaction: (work: (append: Append) => Promise<void>) => Promise<void>,
  ) {}

  /** Appends through the store, in transactions of the application's. */
  static ofStore(seed: number, store: EventStore, dataSource: DataSource): Writer {
    return new Writer(new Random(seed), (work) =>
      dataSource.transaction((manager) =>
        work(async (streamId, type, amount) => {
          const { globalPosition } = await store.append(streamId, [{ type, data: { amount } }], { manager });
          return globalPosition;
        }),
      ),
    );
  }

  /** Appends by plain SQL, as another program would; `end` closes its connection. */
  static async ofSql(seed: number, url: string): Promise<{ writer: Writer; end: () => Promise<void> }> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const append: Append = async (streamId, type, amount) => {
      const { rows } = await client.query<{ position: string }>(PLAIN_APPEND, [streamId, type, { amount }]);
      return BigInt(rows[0]!.position);
    };
    const writer = new Writer(new Random(seed), async (work) => {
      await client.query('BEGIN');
      try {
        await work(append);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    });
    return { writer, end: () => client.end() };
  }

  async write(on: () => boolean): Promise<void> {
    while (on()) {
      const positions: bigint[] = [];
      try {
        await this.inTransaction((append) => this.append(append, positions));
        this.committed.push(...positions);
      } catch {
        // It was to be rolled back, or ran into another writer of the same streams, which rolls it back too.
      }
    }
  }

  private async append(append: Append, positions: bigint[]): Promise<void> {
    const { random } = this;
    for (let n = 1 + random.below(3); n > 0; n--) {
      const streamId = `stream-${random.below(STREAMS)}`;
      positions.push(await append(streamId, random.oneOf(TYPES), random.below(1000)));
    }
    await delay(random.below(LONGEST_MS + 1));
    if (random.chance(ROLLED_BACK)) throw new Error('rolled back');
  }
}

const PLAIN_APPEND = `
  INSERT INTO events (id, stream_id, version, type, data)
  SELECT gen_random_uuid(), $1, coalesce(max(version), 0) + 1, $2, $3::jsonb FROM events WHERE stream_id = $1
  RETURNING global_position AS position`;
