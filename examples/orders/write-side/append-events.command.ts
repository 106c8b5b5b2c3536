import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AppendResult, EventStore, type ExpectedVersion, type NewEvent } from 'nestjs-projections';

/** Raw events, to import a history or to play with: no rule is checked. */
export class AppendEvents extends Command<AppendResult> {
  constructor(
    readonly streamId: string,
    readonly events: readonly NewEvent[],
    readonly expectedVersion: ExpectedVersion | undefined,
  ) {
    super();
  }
}

@CommandHandler(AppendEvents)
export class AppendEventsHandler implements ICommandHandler<AppendEvents> {
  constructor(private readonly store: EventStore) {}

  execute({ streamId, events, expectedVersion }: AppendEvents): Promise<AppendResult> {
    return this.store.append(streamId, events, { expectedVersion });
  }
}
