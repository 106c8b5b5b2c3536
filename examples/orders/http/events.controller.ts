import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AppendEvents } from '../write-side/append-events.command';
import { appendEvents, type AppendEventsRequest } from './requests/event.requests';
import { answerAppend, type WriteAnswer } from './write-answer';

@Controller('events')
export class EventsController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  async append(
    @Body({ schema: appendEvents }) { streamId, events, expectedVersion }: AppendEventsRequest,
  ): Promise<Omit<WriteAnswer, 'id'> & { streamId: string }> {
    const result = await this.commands.execute(new AppendEvents(streamId, events, expectedVersion));
    return { streamId, ...answerAppend(result) };
  }
}
