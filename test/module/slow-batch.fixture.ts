import { type BeforeApplicationShutdown, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  OnAny,
  Projection,
  ProjectionModule,
  type ProjectionContext,
  type RecordedEvent,
} from 'nestjs-projections';
import { boot } from '../support/app';

/** A batch that ends only when the application begins to. */
@Injectable()
@Projection({ name: 'slow' })
class Slow implements OnModuleDestroy, BeforeApplicationShutdown {
  private release!: () => void;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  @OnAny()
  async any({ globalPosition, streamId, version, type }: RecordedEvent, { manager }: ProjectionContext) {
    process.stdout.write('in the batch');
    await this.released;
    await manager.query(
      `INSERT INTO recorded (projection, position, stream_id, version, type, replaying)
       VALUES ('slow', $1, $2, $3, $4, false)`,
      [globalPosition, streamId, version, type],
    );
  }

  onModuleDestroy(): void {
    process.stdout.write('shutting down');
    setTimeout(() => this.release(), 300);
  }

  beforeApplicationShutdown(): void {
    process.stdout.write('shut down');
  }
}

async function main(): Promise<void> {
  const app = await boot(
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, retryAttempts: 0 }),
    ProjectionModule.forRoot(),
    ProjectionModule.forFeature([Slow]),
  );
  app.enableShutdownHooks();
  process.stdout.write('hears signals');
}

void main();
