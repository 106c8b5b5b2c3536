import type { Variant } from '../harness/run';
import { emmettDocuments, emmettRawSql } from '../variants/emmett';
import { ours } from '../variants/ours';
import { rawPipelined } from '../variants/raw-pipelined';
import { rawUnitOfWork } from '../variants/raw-unit-of-work';
import { readOnly } from '../variants/read-only';
import { seedsWay } from '../variants/seeds-way';
import { setBased } from '../variants/set-based';
import { typeormPerEvent } from '../variants/typeorm-per-event';

const PEER_BATCHES = [100, 500, 2_000];

/** All ways, from the usual one to the limits. */
export const allVariants: readonly Variant[] = [
  typeormPerEvent,
  seedsWay,
  ours('transaction'),
  ours('statement'),
  ours('statement', { batchSize: 2_000 }),
  rawPipelined(500),
  rawPipelined(2_000),
  ours('row'),
  ours('row', { segments: 2 }),
  ours('row', { segments: 4 }),
  rawUnitOfWork(500),
  rawUnitOfWork(2_000),
  rawUnitOfWork(5_000),
  setBased,
  readOnly,
  ...PEER_BATCHES.map((batch) => emmettRawSql(batch)),
  ...PEER_BATCHES.map((batch) => emmettDocuments(batch)),
];

/** Those that can be waited for where there are millions of events. */
export const fastVariants: readonly Variant[] = [
  typeormPerEvent,
  ours('statement'),
  ours('row'),
  ours('row', { segments: 4 }),
  rawUnitOfWork(5_000),
  setBased,
  readOnly,
];

/** Those that show what becomes of it with the number of streams. */
export const curveVariants: readonly Variant[] = [ours('row'), rawUnitOfWork(5_000), readOnly];

/** Those that tell a workload's own story, without the peer. */
export const ownVariants: readonly Variant[] = [
  typeormPerEvent,
  ours('transaction'),
  ours('statement'),
  ours('row'),
  rawUnitOfWork(2_000),
  setBased,
  readOnly,
];
