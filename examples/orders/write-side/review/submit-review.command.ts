import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ReviewSubmitted } from '../../events/review.events';
import { timestamp } from '../timestamp';
import type { Written } from '../written';
import { Reviews } from './reviews';

export class SubmitReview extends Command<Written> {
  constructor(readonly review: Omit<ReviewSubmitted, 'submitted_at'>) {
    super();
  }
}

@CommandHandler(SubmitReview)
export class SubmitReviewHandler implements ICommandHandler<SubmitReview> {
  constructor(private readonly reviews: Reviews) {}

  execute({ review }: SubmitReview): Promise<Written> {
    return this.reviews.create(review.review_id, {
      type: 'ReviewSubmitted',
      data: { ...review, submitted_at: timestamp() },
    });
  }
}
