import { Logger } from '@nestjs/common';
import { endsWithin } from '../../async/ends-within';
import { InlineBusyError } from './inline-busy.error';
import { type FallBackParts, InlineFallBack } from './inline-fall-back';
import { outsideContext } from '../../async/outside-context';

/** The longest that an append waits: its transaction may hold what the way back is waiting for, as a connection. */
const TIMEOUT_MS = 5_000;
const OPERATION = 'be left to its loop';

/**
 * Inline projections that this instance does not provide, and appends to: other code does, older or newer. Appends of
 * this instance would pass over them, and so have their loops apply the events, wherever those run.
 */
export class AbsentInline {
  private readonly logger = new Logger('Projection');
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly parts: Omit<FallBackParts, 'name' | 'types'>) {}

  /** @throws InlineBusyError */
  async leaveToLoops(projections: readonly string[]): Promise<void> {
    for (const name of projections) {
      const done = this.underWay.get(name) ?? this.begin(name);
      if (await endsWithin(done, TIMEOUT_MS)) await done;
      else throw new InlineBusyError(name, OPERATION, TIMEOUT_MS, []);
    }
  }

  private begin(name: string): Promise<void> {
    const done = outsideContext(() => this.leave(name)).finally(() => this.underWay.delete(name));
    this.underWay.set(name, done);
    return done;
  }

  private async leave(name: string): Promise<void> {
    const { inlineMarks } = this.parts.state;
    const fallBack = new InlineFallBack({ ...this.parts, name, types: undefined });
    await fallBack.handBack(OPERATION, (manager) => inlineMarks.leaveOut(name, manager), TIMEOUT_MS);
    this.logger.warn(
      `Inline projection "${name}" is not provided by this instance, which appends. Its loop applies the events from ` +
        'now on, in an instance that provides it. During a deployment that passes by itself; else provide the ' +
        'projection here, too, or in no instance.',
    );
  }
}
