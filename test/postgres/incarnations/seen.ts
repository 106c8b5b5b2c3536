import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';

/** What happens in the handler of `SeenBy` before it writes. */
export const seen = {
  before: (_position: bigint): Promise<void> | void => undefined,
  reset(): void {
    this.before = () => undefined;
  },
};

/** Writes down the positions it is given; one that comes twice makes it fail. */
@Projection({ name: 'seen' })
export class SeenBy {
  @On('Happened')
  async happened({ globalPosition }: RecordedEvent, { manager }: ProjectionContext) {
    await seen.before(globalPosition);
    await manager.query('INSERT INTO seen VALUES ($1)', [globalPosition]);
  }
}

export const createSeenTable = (query: (sql: string) => Promise<unknown>): Promise<unknown> =>
  query('CREATE TABLE seen (position bigint PRIMARY KEY)');
