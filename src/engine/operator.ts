import type { Actor } from '../state/control.store';
import { CommandFailedError, NoOwnerError } from './engine.errors';
import type { ManagedProjection } from './managed-projection';
import type { ProjectionEngine } from './projection-engine';
import { until } from './until';

/** How long an order may wait for an owner to take it up and carry it out. */
const ORDER_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;

/** Orders to whoever runs a projection, given through the database and waited for. */
export class Operator {
  constructor(private readonly engine: ProjectionEngine) {}

  async setState(
    projection: ManagedProjection,
    state: 'running' | 'paused',
    action: string,
    actor: Actor,
  ): Promise<void> {
    const { control } = this.engine.state;
    const { name } = projection.definition;
    const inline = state === 'paused' ? this.engine.inlineOf(name) : undefined;
    if (inline)
      await inline.handBack('be paused', async (manager) => {
        await control.setState(name, state, manager);
        await control.audit(name, action, actor, {}, manager);
      });
    else {
      await control.setState(name, state);
      await control.audit(name, action, actor);
    }
    await this.engine.coordinator.nudge();
  }

  /**
   * Has every segment's owner, or that of one only, carry out the order.
   * @throws NoOwnerError when none takes it up, CommandFailedError when one cannot do it
   */
  async order<Result>(
    projection: ManagedProjection,
    command: string,
    args: object,
    only?: number,
  ): Promise<Result[]> {
    const { checkpoints, commands } = this.engine.state;
    const { name } = projection.definition;
    if (!(await this.hasOwner(name, command))) return [];
    const all = (await checkpoints.readAll(name)).map(({ segment }) => segment);
    const segments = only === undefined ? all : [only];
    const orders = await Promise.all(segments.map((segment) => commands.add(name, segment, command, args)));
    await this.engine.coordinator.nudge();
    return Promise.all(orders.map((id) => this.outcome<Result>(name, command, id)));
  }

  /** Nobody runs an inline projection that appends keep current; with events set aside it must have an owner again. */
  private async hasOwner(name: string, command: string): Promise<boolean> {
    const inline = this.engine.inlineOf(name);
    if (!inline || (await inline.isBehind())) return true;
    if (command === 'skip')
      throw new CommandFailedError(name, command, 'appends apply its events, and it stops before none');
    const { deadLetters } = this.engine.state;
    if ((await deadLetters.count(name)) === 0) return false;
    await inline.handBack(`${command} dead letters`, () => Promise.resolve());
    return true;
  }

  private async outcome<Result>(name: string, command: string, id: string): Promise<Result> {
    const { commands } = this.engine.state;
    let outcome = await commands.outcome(id);
    const finished = await until(
      async () => (outcome = await commands.outcome(id)).finished,
      LOOK_MS,
      ORDER_TIMEOUT_MS,
    );
    if (!finished) {
      await commands.withdraw(id);
      throw new NoOwnerError(name, command, ORDER_TIMEOUT_MS);
    }
    if (outcome.error !== null) throw new CommandFailedError(name, command, outcome.error);
    return outcome.result as Result;
  }
}
