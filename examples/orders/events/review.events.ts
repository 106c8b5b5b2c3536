import type { EventOf } from './event-of';

export interface ReviewSubmitted {
  readonly review_id: string;
  readonly customer_id: string;
  readonly product_id: string;
  readonly rating: number;
  readonly comment?: string;
  readonly submitted_at: string;
}

interface ReviewEvents {
  ReviewSubmitted: ReviewSubmitted;
}

export type ReviewEvent = EventOf<ReviewEvents>;

declare module 'nestjs-projections' {
  interface EventMap extends ReviewEvents {}
}
