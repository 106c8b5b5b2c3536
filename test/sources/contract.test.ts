import { postgresTable } from 'nestjs-projections';
import {
  eventSourceContract,
  memorySource,
  MemorySource,
  type SourceUnderTest,
} from 'nestjs-projections/testing';
import type { EventPage, FewEvents, Head, PageRequest } from 'nestjs-projections';
import { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../support/database';
import { startStore } from '../support/store';

const FACTS = `
  CREATE TABLE facts (
    nr bigint GENERATED ALWAYS AS IDENTITY (START 1000) PRIMARY KEY,
    ref uuid DEFAULT gen_random_uuid(),
    subject text,
    kind text,
    body jsonb,
    at timestamptz DEFAULT clock_timestamp()
  )`;
const ADD_FACT = 'INSERT INTO facts (subject, kind, body) VALUES ($1, $2, $3) RETURNING nr AS position';
const APPEND = `
  INSERT INTO events (id, stream_id, version, type, data)
  SELECT gen_random_uuid(), $1, count(*) + 1, $2, $3 FROM events WHERE stream_id = $1
  RETURNING global_position AS position`;

interface Maker {
  readonly name: string;
  /** @returns also how to end it */
  readonly make: (database: TestDatabase) => Promise<SourceUnderTest & { readonly end: () => Promise<void> }>;
}

/** Appends by SQL, as others than the module do. */
function bySql(database: TestDatabase, sql: string): Pick<SourceUnderTest, 'append' | 'begin'> {
  const begin = async (...event: [string, string, unknown]) => {
    const client = await database.connect();
    await client.query('BEGIN');
    const { rows } = await client.query<{ position: string }>(sql, event);
    return {
      position: BigInt(rows[0]!.position),
      commit: async () => void (await client.query('COMMIT')),
      rollback: async () => void (await client.query('ROLLBACK')),
    };
  };
  const append = async (...event: [string, string, unknown]) => {
    const { position, commit } = await begin(...event);
    await commit();
    return position;
  };
  return { begin, append };
}

const MAKERS: Maker[] = [
  {
    name: 'the event store',
    make: async (database) => {
      const app = await startStore(database.url);
      return { source: app.store, ...bySql(database, APPEND), end: () => app.close() };
    },
  },
  {
    name: "somebody else's table",
    make: async (database) => {
      await database.query(FACTS);
      const dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
      const source = postgresTable({
        dataSource,
        table: 'facts',
        columns: {
          position: 'nr',
          id: 'ref',
          streamId: 'subject',
          type: 'kind',
          data: 'body',
          recordedAt: 'at',
        },
      });
      await source.open(0n);
      const end = async () => {
        await source.close();
        await dataSource.destroy();
      };
      return { source, ...bySql(database, ADD_FACT), end };
    },
  },
  { name: 'a source in memory', make: async () => inMemory(memorySource()) },
];

function inMemory(source: MemorySource) {
  return {
    source,
    append: (...event: [string, string, unknown]) => source.append(...event),
    begin: (...event: [string, string, unknown]) => source.begin(...event),
    end: () => Promise.resolve(),
  };
}

describe.each(MAKERS)('$name', ({ make }) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  it.each(eventSourceContract)('$clause', async ({ check }) => {
    const { end, ...underTest } = await make(database);
    try {
      await check(underTest);
    } finally {
      await end();
    }
  });
});

/** Sources that break a clause each. */
const BROKEN: [string, MemorySource][] = [
  [
    'settles nothing behind',
    new (class extends MemorySource {
      override async head(): Promise<Head> {
        const head = await super.head();
        return { ...head, settled: head.last };
      }
    })(),
  ],
  [
    'ends a page where',
    new (class extends MemorySource {
      override readPage(request: PageRequest): Promise<EventPage> {
        return super.readPage({ ...request, limit: Infinity });
      }
    })(),
  ],
  [
    'gives events of the types',
    new (class extends MemorySource {
      override readPage(request: PageRequest): Promise<EventPage> {
        return super.readPage({ ...request, types: undefined });
      }
    })(),
  ],
  [
    'stays one life',
    new (class extends MemorySource {
      override readPage(request: PageRequest): Promise<EventPage> {
        return super.readPage({ ...request, incarnation: undefined });
      }
    })(),
  ],
  [
    'brings with a look',
    new (class extends MemorySource {
      override async head(few?: FewEvents): Promise<Head> {
        const { brought, ...head } = await super.head(few);
        return { ...head, brought: brought && { ...brought, through: head.settled } };
      }
    })(),
  ],
  [
    'finds the position',
    new (class extends MemorySource {
      override positionBefore(): Promise<bigint> {
        return Promise.resolve(0n);
      }
    })(),
  ],
];

it.each(BROKEN)('the contract finds out a source that breaks: %s', async (begins, source) => {
  const { check } = eventSourceContract.find(({ clause }) => clause.startsWith(begins))!;
  await expect(check(inMemory(source))).rejects.toMatchObject({ name: 'AssertionError' });
});
