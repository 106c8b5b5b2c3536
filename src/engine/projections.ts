import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { CommittedBatch } from './committed-batch';
import { UnsupportedOperationError, WaitTimeoutError } from './engine.errors';
import type { ManagedProjection } from './managed-projection';
import { ProjectionEngine } from './projection-engine';
import type { ProjectionStatus } from './projection-status';
import { until } from './until';

export interface WaitOptions {
  /** Milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** How often a checkpoint that another process moves is looked at while it is waited for. */
const LOOK_MS = 20;

/** What an application, a health check or an operator's tool asks of its projections. */
@Injectable()
export class Projections {
  constructor(@Inject(ProjectionEngine) private readonly engine: ProjectionEngine) {}

  /** The state of every projection of this application. */
  async status(): Promise<ProjectionStatus[]> {
    const { settled } = await this.engine.source.head();
    return Promise.all(this.engine.all.map((projection) => this.statusOf(projection, settled)));
  }

  /**
   * Runs a projection over what is settled now and resolves when it is applied. A `catch-up` projection stops there;
   * another one is waited for.
   * @returns the position reached
   * @throws UnknownProjectionError, UnsupportedOperationError, and the failure of a projection that stops
   */
  async catchUp(name: string): Promise<bigint> {
    const projection = this.engine.get(name);
    const { settled } = await this.engine.source.head();
    if (projection.definition.type === 'catch-up') {
      await this.engine.catchUp(projection, settled);
      this.throwFailure(projection);
      return this.reached(projection);
    }
    return this.follow(projection, settled);
  }

  /**
   * Empties the read models a projection declares and replays all events into them, in bounded transactions; reads
   * see it grow. Resolves when the events that were settled at the call are applied. A process that dies half-way
   * leaves a checkpoint that the next one goes on from.
   * @throws UnknownProjectionError, UnsupportedOperationError, and the failure of a projection that stops
   */
  async rebuild(name: string): Promise<void> {
    const projection = this.engine.get(name);
    const { type, options } = projection.definition;
    if (type === 'live')
      throw new UnsupportedOperationError('be rebuilt', name, 'it is live and keeps nothing');
    if (!options.readModels?.length)
      throw new UnsupportedOperationError(
        'be rebuilt',
        name,
        'it declares no readModels, and replaying into tables that still hold rows would count events twice',
      );
    const { settled } = await this.engine.source.head();
    const { ended } = await this.engine.restartFromScratch(projection, settled);
    if (type === 'persistent') await this.follow(projection, settled);
    else await ended;
    this.throwFailure(projection);
  }

  /**
   * Resolves once everything the projection handles up to `position` is applied and committed, in this process or
   * another: read your own writes with the `globalPosition` that `append` returned.
   * @throws WaitTimeoutError, UnknownProjectionError, and the failure of a projection that stopped
   */
  async waitFor(name: string, position: bigint, { timeoutMs = 5_000 }: WaitOptions = {}): Promise<void> {
    const projection = this.engine.get(name);
    const reached = await until(() => this.hasReached(projection, position), LOOK_MS, timeoutMs);
    if (!reached) throw new WaitTimeoutError(name, position, await this.reached(projection), timeoutMs);
  }

  /** The batches that this process commits from now on. */
  changes(name: string): Observable<CommittedBatch> {
    return this.engine.get(name).changes;
  }

  private async follow(projection: ManagedProjection, position: bigint): Promise<bigint> {
    await until(() => this.hasReached(projection, position), LOOK_MS, Infinity);
    return this.reached(projection);
  }

  private async hasReached(projection: ManagedProjection, position: bigint): Promise<boolean> {
    this.throwFailure(projection);
    return (await this.reached(projection)) >= position;
  }

  /** Where the projection is by the knowledge of this process, or else by what is stored. */
  private async reached(projection: ManagedProjection): Promise<bigint> {
    const { name, type } = projection.definition;
    if (projection.position !== undefined) return projection.position;
    const checkpoint = await this.engine.checkpoints.read(name);
    if (type === 'inline' && checkpoint && checkpoint.replayUntil === undefined)
      return (await this.engine.source.head()).settled;
    return checkpoint?.position ?? 0n;
  }

  private async statusOf(projection: ManagedProjection, head: bigint): Promise<ProjectionStatus> {
    const { name, type, types } = projection.definition;
    const position = await this.reached(projection);
    return {
      name,
      type,
      state: projection.state,
      position,
      head,
      lag: await this.engine.source.backlog({ after: position, upTo: head, types }),
      error: projection.failure,
      heartbeatAgeMs: projection.heartbeatAgeMs,
    };
  }

  private throwFailure(projection: ManagedProjection): void {
    if (projection.cause) throw projection.cause;
  }
}
