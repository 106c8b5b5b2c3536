import { z } from 'zod';
import { body } from './fields';

const json = z.record(z.string(), z.unknown());

const event = z.strictObject({
  id: z.guid().optional(),
  type: z.string(),
  data: json,
  metadata: json.optional(),
});

/** Only the envelope; what an event must be like to be stored is the store's to say. */
export const appendEvents = body({
  streamId: z.string(),
  events: z.array(event).min(1).max(1_000),
  expectedVersion: z.union([z.int().min(0), z.enum(['any', 'no-stream'])]).optional(),
});
export type AppendEventsRequest = z.output<typeof appendEvents>;
