import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CommandOutcome } from '../../state/command.store';
import type { AuditNote } from '../../state/audit.store';
import { CommandFailedError, NoOwnerError, ProjectionNotRegisteredError } from '../failures/operation.errors';
import type { ManagedProjection } from '../segment/managed-projection';
import type { Engine } from '../engine';
import { until } from '../../async/until';
import { CommandStalledError } from '../waits/waiting.errors';

/** How long an order may wait for an owner to take it up. */
const TAKE_UP_MS = 60_000;
/** How long an owner may be silent about an order that it has taken up. */
const SILENCE_MS = 60_000;
const LOOK_MS = 50;

/** Orders to whoever runs a projection, given through the database and waited for. */
export class Operator {
  private readonly logger = new Logger('Projection');

  constructor(private readonly engine: Engine) {}

  async setState(
    projection: ManagedProjection,
    state: 'running' | 'paused',
    action: 'pause' | 'resume',
    actor: AuditNote,
  ): Promise<void> {
    const { control, audits } = this.engine.state;
    const { name } = projection.definition;
    const write = async (manager?: EntityManager) => {
      if (!(await control.setState(name, state, manager)))
        throw new ProjectionNotRegisteredError(name, action);
      await audits.add(name, action, actor, {}, manager);
    };
    const inline = state === 'paused' ? this.engine.inline.of(name) : undefined;
    await (inline ? inline.handBack('be paused', write) : write());
    this.logger.log(`Projection "${name}" is ${action}d${saidOf(actor)}`);
    await this.engine.coordinator.nudge();
  }

  /** Says in the log what is done to a projection. */
  announce({ definition }: ManagedProjection, what: string, actor: AuditNote): void {
    this.logger.log(`Projection "${definition.name}" ${what}${saidOf(actor)}`);
  }

  /**
   * Has every segment's owner, or that of one only, carry out the order, however long that takes as long as it gets on.
   * @throws NoOwnerError when none takes it up, CommandStalledError when one does not get on, CommandFailedError when
   * one cannot do it
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
    const inline = this.engine.inline.of(name);
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
    const longestSilence = Math.max(SILENCE_MS, 2 * this.engine.times.handlerTimeoutMs);
    let outcome = await commands.outcome(id);
    const isSettled = async () => {
      outcome = await commands.outcome(id);
      return outcome.finished || isSilent(outcome, longestSilence);
    };
    const isTakenUp = async () => (await isSettled()) || outcome.silentSeconds !== null;
    if (await until(isTakenUp, LOOK_MS, TAKE_UP_MS)) await until(isSettled, LOOK_MS, Infinity);
    if (!outcome.finished) {
      await commands.cancel(id);
      if (outcome.silentSeconds !== null) throw new CommandStalledError(name, command, outcome.silentSeconds);
      throw new NoOwnerError(name, command, TAKE_UP_MS);
    }
    if (outcome.error !== null) throw new CommandFailedError(name, command, outcome.error);
    return outcome.result as Result;
  }
}

const isSilent = ({ silentSeconds }: CommandOutcome, ms: number): boolean => (silentSeconds ?? 0) * 1000 > ms;

function saidOf({ by, reason }: AuditNote): string {
  return `${by === undefined ? '' : `, by ${by}`}${reason === undefined ? '' : `: ${reason}`}.`;
}
