import { sql } from '@event-driven-io/dumbo';
import {
  pongoSingleStreamProjection,
  postgreSQLEventStoreConsumer,
  type PostgreSQLProjectionDefinition,
  postgreSQLRawSQLProjection,
} from '@event-driven-io/emmett-postgresql';
import { type Measures, type RunContext, timed, type Variant } from '../harness/run';
import type { BenchEvent, Fold, Model, Statement, Values } from '../models/model';
import { fillEmmettStore } from './emmett-store';

type Definition = PostgreSQLProjectionDefinition<any>;

const MAX_EVENTS = 10_000;

/** The peer's projection that returns SQL for each event. */
export function emmettRawSql(batch: number): Variant {
  return {
    name: `Emmett, raw SQL, batch ${batch}`,
    maxEvents: MAX_EVENTS,
    run: (context) => consume(context, batch, rawSqlProjection(context.models[0]!)),
  };
}

/** The peer's projection that keeps a document for each stream. */
export function emmettDocuments(batch: number): Variant {
  return {
    name: `Emmett, documents, batch ${batch}`,
    maxEvents: MAX_EVENTS,
    comparable: false,
    run: (context) => consume(context, batch, documentProjection(context.models[0]!)),
  };
}

async function consume(
  { url, events }: RunContext,
  batchSize: number,
  projection: Definition,
): Promise<Measures> {
  await fillEmmettStore(url, events);
  const consumer = postgreSQLEventStoreConsumer({
    connectionString: url,
    pulling: { batchSize },
    stopWhen: { noMessagesLeft: true },
  });
  consumer.projector({ projection });
  try {
    return await timed(events, () => consumer.start());
  } finally {
    await consumer.close();
  }
}

function rawSqlProjection({ name, types, statementsOf }: Model): Definition {
  return postgreSQLRawSQLProjection<any>({
    name,
    canHandle: [...types],
    evolve: (event: BenchEvent) => statementsOf(event).map(withLiterals),
  });
}

/** The peer takes no parameters, but texts with the values in them. */
function withLiterals({ text, values }: Statement) {
  return sql(text.replaceAll(/\$(\d+)/g, '%$1$$L'), ...values);
}

interface Document extends Record<string, unknown> {
  row: Values;
}

function documentProjection({ name, types, folds }: Model): Definition {
  const [{ apply }] = folds as [Fold];
  return pongoSingleStreamProjection<Document, any>({
    collectionName: `${name}_documents`,
    canHandle: [...types],
    evolve: (document: Document | null, event: BenchEvent) => {
      const row = apply(event, document?.row);
      return row ? { ...document, row } : null;
    },
  });
}
