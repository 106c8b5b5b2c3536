import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { body, id, text } from './fields';

export const submitReview = body({
  review_id: id.default(() => randomUUID()),
  customer_id: id,
  product_id: id,
  rating: z.int().min(1).max(5),
  comment: text(5_000).optional(),
});
export type SubmitReviewRequest = z.output<typeof submitReview>;
