import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { SubmitReview } from '../write-side/review/submit-review.command';
import { submitReview, type SubmitReviewRequest } from './requests/review.requests';
import { answerWrite, type WriteAnswer } from './write-answer';

@Controller('reviews')
export class ReviewsController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  async submit(@Body({ schema: submitReview }) review: SubmitReviewRequest): Promise<WriteAnswer> {
    return answerWrite(await this.commands.execute(new SubmitReview(review)));
  }
}
