import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { Counter } from './counter';

@Projection({ name: 'counters', readModels: [Counter], batchSize: 50 })
export class Counters {
  @OnAny()
  async any(event: RecordedEvent, { manager }: ProjectionContext): Promise<void> {
    await manager.query(
      `INSERT INTO counters (stream_id, events, last_position) VALUES ($1, 1, $2)
       ON CONFLICT (stream_id) DO UPDATE SET events = counters.events + 1, last_position = excluded.last_position`,
      [event.streamId, event.globalPosition],
    );
  }
}
